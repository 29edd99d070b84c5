// What routing leaves in scratch for the kernels of a mixture (engine/model/expert_choice.h).
//
//     choices [row][used]  (expert, weight, -, -), the best first
//     facts   [row]        (1 / rms of the row, share of the shared expert, -, -)
//     users   [place]      (row * used + which of its experts, row, -, -), by expert
//     tiles   [tile]       (expert, first place, places, -): as many places as a kernel takes at once; none at
//                          the end of the list
//
// A kernel with an expert's matrices takes the tile of gl_WorkGroupID.y and reads columns `places` on.
uvec4 expertTile(uint tiles) { return loadScratchBits(tiles + gl_WorkGroupID.y); }
