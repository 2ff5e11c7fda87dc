// A SCIM server that keeps users and groups in memory. The protocol is that of the packages scimmy and scimmy-routers; here is only what
// they leave to whoever uses them: to keep, to find and to forget, as a database with a unique name and a table of memberships would.
// Arguments: the token, and "bulk" where Bulk is offered.
import { randomUUID } from "node:crypto";
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const [token, bulk] = process.argv.slice(2);
const users = new Map();
const groups = new Map();

function refuse(status, scimType, detail) {
    throw new SCIMMY.Types.Error(status, scimType, detail);
}

function keep(Resource, kept, check, forget) {
    const find = (id) => kept.get(id) ?? refuse(404, null, `there is no ${id}`);
    SCIMMY.Resources.declare(Resource)
        .ingress((resource, data) => {
            const before = resource.id === undefined ? undefined : find(resource.id);
            const after = JSON.parse(JSON.stringify(data));
            after.id = resource.id ?? randomUUID();
            check(after);
            const now = new Date().toISOString();
            after.meta = { created: before?.meta.created ?? now, lastModified: now };
            kept.set(after.id, after);
            return after;
        })
        .egress((resource) => {
            if (resource.id !== undefined) return find(resource.id);
            const all = [...kept.values()];
            return resource.filter ? resource.filter.match(all) : all;
        })
        .degress((resource) => {
            find(resource.id);
            kept.delete(resource.id);
            forget(resource.id);
        });
}

SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false);

keep(SCIMMY.Resources.User, users, (user) => {
    for (const other of users.values()) {
        if (other.id !== user.id && other.userName.toLowerCase() === user.userName.toLowerCase()) {
            refuse(409, "uniqueness", `userName ${user.userName} is taken`);
        }
    }
}, (id) => {
    for (const group of groups.values()) group.members = group.members?.filter((member) => member.value !== id);
});

keep(SCIMMY.Resources.Group, groups, (group) => {
    const members = new Map();
    for (const { value } of group.members ?? []) {
        if (!users.has(value) && !groups.has(value)) refuse(400, "invalidValue", `there is no ${value}`);
        members.set(value, { value });
    }
    group.members = [...members.values()];
}, () => {});

const app = express();
app.use("/scim/v2", new SCIMMYRouters({
    type: "bearer",
    handler: (request) => {
        if (request.header("Authorization") !== `Bearer ${token}`) throw new Error("the token is wrong");
        return "client";
    },
}));
SCIMMY.Config.set("bulk", bulk === "bulk");

const server = app.listen(0, "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
