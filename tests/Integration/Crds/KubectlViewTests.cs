namespace Drydock.Tests.Integration.Crds;

/// <summary>What kubectl shows of the kinds.</summary>
[Collection(CrdServersCollection.Name)]
public sealed class KubectlViewTests(CrdServers servers)
{
    [Fact]
    public async Task Samples_are_applied_and_listed_under_all_names()
    {
        await KubectlAsync("apply", "-f", Repository.PathOf("config", "samples"));

        var upgrades = Lines(await KubectlAsync("get", "omsu", "oms-322-to-422"));
        upgrades[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .ShouldBe(["NAME", "FROM", "TO", "SYSTEM", "STATE", "PROGRESS", "AGE"]);
        Words(upgrades[1])[..2].ShouldBe(["oms-322-to-422", "4.2.2-bp1"], "what was before is not known yet");
        Lines(await KubectlAsync("get", "omsupgrades", "-o", "wide"))[0]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .ShouldBe(
                ["NAME", "FROM", "TO", "SYSTEM", "STATE", "PROGRESS", "AGE", "SINCE", "DOWNTIME", "MESSAGE"]);
        Lines(await KubectlAsync("get", "snap", "oms-metadata"))[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .ShouldBe(["NAME", "PHASE", "REASON", "PROGRESS", "SIZE", "VERIFIED", "READY", "USABLE", "AGE"]);
        var names = Lines(await KubectlAsync("get", "drydock", "-o", "name"));
        names.ShouldContain("omsupgrade.drydock.dev/oms-322-to-422");
        names.ShouldContain("backupsnapshot.drydock.dev/oms-metadata");
        names.ShouldContain("databaserollingupgrade.drydock.dev/tidb-all-fields");
        var databases = Lines(await KubectlAsync("get", "dru", "tidb-all-fields"));
        databases[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .ShouldBe(["NAME", "ENGINE", "FROM", "TO", "SYSTEM", "STATE", "PROGRESS", "AGE"]);
        Words(databases[1])[..3].ShouldBe(["tidb-all-fields", "TiDB", "3.0.9"]);
        await servers.CreateAsync(
            Manifests.Restore("listed"),
            new JsonObject
            {
                ["phase"] = "Restoring",
                ["progress"] = "1/2",
                ["snapshotID"] = "oms-1",
                ["message"] = "loading"
            },
            onOld: true);
        var restores = Lines(await KubectlAsync("get", "snaprestore", "listed", "-o", "wide"));
        restores[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .ShouldBe(["NAME", "PHASE", "REASON", "PROGRESS", "READY", "AGE", "SNAPSHOT", "MESSAGE"]);
        restores[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Where((_, index) => index != 3)
            .ShouldBe(["listed", "Restoring", "1/2", "oms-1", "loading"]);
    }

    [Fact]
    public async Task Kubectl_columns_show_status_values()
    {
        var status = Manifests.StoredPlan("Backup");
        status["fromVersion"] = "3.2.2-bp2";
        status["progress"] = "7/23";
        status["message"] = "dumping";
        status["downtime"] = "5s";
        status["system"] = new JsonObject { ["state"] = "Down", ["since"] = "2024-02-29T12:34:56Z" };
        status["conditions"] = new JsonArray(new JsonObject
        {
            ["type"] = "Ready",
            ["status"] = "False",
            ["reason"] = "Running",
            ["message"] = "dumping",
            ["lastTransitionTime"] = "2024-02-29T12:34:56Z",
        });
        await servers.CreateAsync(Manifests.Upgrade("columns"), status, onOld: true);

        var columns = Lines(await KubectlAsync("get", "omsu", "columns", "-o", "wide"))[1]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);

        columns.Where((_, index) => index is not (6 or 7)).ShouldBe(
            ["columns", "3.2.2-bp2", "4.2.2-bp1", "Down", "Running", "7/23", "5s", "dumping"]);
    }

    [Fact]
    public async Task Kubectl_explain_shows_description_and_change_class()
    {
        // kubectl keeps what it discovered before the kinds were there, and the server publishes their documentation a
        // moment later.
        await KubectlAsync("api-resources");
        await Deadline.UntilAsync(
            "the server to publish the documentation of the kinds",
            async token =>
                (await servers.Old.TryKubectlAsync(["explain", "omsu.spec"], cancellationToken: token)).ExitCode == 0
                    && (await servers.Old.TryKubectlAsync(
                        ["explain", "snap.spec"], cancellationToken: token)).ExitCode == 0,
            cancellationToken: TestContext.Current.CancellationToken);
        (await ExplainAsync("omsu.spec.toVersion")).ShouldContain("[identity]");
        (await ExplainAsync("omsu.spec.timeouts.backup")).ShouldContain("[timing]");
        (await ExplainAsync("omsu.spec")).ShouldContain("[access] says how the operator reaches its targets");
        (await ExplainAsync("snap.spec.deletionPolicy")).ShouldContain("[control]");
    }

    // kubectl wraps and indents descriptions.
    private async Task<string> ExplainAsync(string field) =>
        string.Join(
            ' ', (await KubectlAsync("explain", field)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private Task<string> KubectlAsync(params string[] arguments) =>
        servers.Old.KubectlAsync(arguments, cancellationToken: TestContext.Current.CancellationToken);

    private static string[] Words(string row) => row.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
