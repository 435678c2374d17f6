// The stage with a script of one's own, which is written here.

import { Editor } from "../editor/editor.js";
import { openStage } from "../stage/open-stage.js";

openStage({ Editor });
