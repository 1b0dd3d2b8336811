using Drydock.Cli.CommandLine;
using Drydock.Crds.Plans;

namespace Drydock.Tests.Integration.Plugin;

/// <summary><c>kubectl drydock</c> against a real API server: names, rights, writes, completion.</summary>
[Collection(CrdServersCollection.Name)]
public sealed class PluginServerTests(CrdServers servers) : IAsyncLifetime
{
    private readonly string _space = LabFixture.UniqueName("plugin");
    private string _folder = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("drydock-plugin-").FullName;
        await servers.Old.KubectlAsync(["create", "namespace", _space]);
        await CreateAsync(Manifests.Upgrade("both"));
        await CreateAsync(Manifests.TiDb("both"));
        await HeldUpgrade.CreateAsync(servers.Old, _space, "held", Token);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Name_of_two_kinds_has_to_be_qualified()
    {
        (await RunAsync("status", "both")).ShouldBe((
            ExitCodes.Failed, "There are 2 objects with the name both in namespace "
                + $"{_space}. Say which one: omsu/both or dru/both.\n"));
        (await RunAsync("status", "dru/both")).Code.ShouldBe(ExitCodes.InProgress);
        (await RunAsync("status", "OmsUpgrade/both", "-o", "name")).Text.ShouldBe("omsupgrade.drydock.dev/both\n");
        (await RunAsync("status", "absent")).Text
            .ShouldBe($"There is no upgrade absent in namespace {_space}. There are: both, held, both.\n");
        (await RunAsync("status", "pod/both")).Text.ShouldContain("'pod' is not a kind of upgrade.");
    }

    [Fact]
    public async Task Table_lists_both_kinds_and_formats_are_data()
    {
        var (code, text) = await RunAsync("status");
        code.ShouldBe(ExitCodes.Done);
        text.Split('\n').Count(line => line.Contains("both", StringComparison.Ordinal)).ShouldBe(2);
        JsonNode.Parse((await RunAsync("status", "-o", "json")).Text)!.AsArray().Count.ShouldBe(3);
        var held = await RunAsync("status", "held", "-o", "json");
        held.Code.ShouldBe(ExitCodes.Held);
        JsonNode.Parse(held.Text)!["holds"]![0]!["command"]!.GetValue<string>()
            .ShouldBe($"kubectl drydock approve held StopOld -n {_space} --kubeconfig {servers.Old.AdminKubeconfig}");
        (await RunAsync("status", "held", "-o", "yaml")).Text.ShouldContain("state: Held");
        (await RunAsync("plan", "held", "-o", "name")).Text.ShouldBe($"{HeldUpgrade.Hash}\n");
        (await RunAsync("plan", "omsu/both")).Code.ShouldBe(ExitCodes.NoPlan);
    }

    [Fact]
    public async Task Verbs_write_only_annotations_and_ask_before()
    {
        var before = await GetAsync("held");
        (await RunAsync("approve", "held")).Code.ShouldBe(ExitCodes.Refused);
        (await AnswerAsync("n\n", "approve", "held")).ShouldBe((ExitCodes.Refused, "Approves StopOld of "
            + $"{_space}/held (plan {Word.Prefix(HeldUpgrade.Hash)}). The run then continues with StopOld/oms-a. "
            + "OMS goes down, until the "
            + "upgrade or a rollback ends. For how long is not known.\nContinue? [y/N] Nothing was written.\n"));
        (await GetAsync("held"))["metadata"]!["resourceVersion"]!.ToString()
            .ShouldBe(before["metadata"]!["resourceVersion"]!.ToString());

        (await AnswerAsync("y\n", "approve", "held", "--no-wait")).Code.ShouldBe(ExitCodes.Done);
        (await RunAsync("hold", "held", "Verify", "--yes", "--no-wait")).Code.ShouldBe(ExitCodes.Done);
        (await RunAsync("pause", "held", "--yes", "--no-wait")).Code.ShouldBe(ExitCodes.Done);
        (await RunAsync("abort", "held", "--yes", "--no-wait")).Code.ShouldBe(ExitCodes.Done);
        (await RunAsync("rollback", "held", "--yes", "--no-wait")).Code.ShouldBe(ExitCodes.Done);
        var after = await GetAsync("held");
        var annotations = after["metadata"]!["annotations"]!.AsObject()
            .ToDictionary(a => a.Key, a => a.Value!.GetValue<string>());
        annotations.ShouldBe(
            new Dictionary<string, string>
            {
                ["drydock.dev/approve"] = HeldUpgrade.Approval,
                ["drydock.dev/hold"] = "Verify",
                ["drydock.dev/pause"] = "true",
                ["drydock.dev/abort"] = "1",
                ["drydock.dev/rollback"] = "1",
            },
            ignoreOrder: true);
        after["spec"]!.ToJsonString().ShouldBe(before["spec"]!.ToJsonString());
        after["metadata"]!["generation"]!.ToString().ShouldBe(before["metadata"]!["generation"]!.ToString());
    }

    [Fact]
    public async Task Change_that_no_operator_takes_up_ends_with_its_own_code()
    {
        var (code, text) = await RunAsync("approve", "held", "--yes", "--timeout", "1s");

        code.ShouldBe(ExitCodes.NotTakenUp);
        text.ShouldContain("the operator has not taken it up within 1s");
        text.ShouldContain("with the namespace that it was installed in");
    }

    [Fact]
    public async Task Viewer_reads_and_is_told_which_role_he_needs_to_write()
    {
        await servers.Old.KubectlAsync(["apply", "-f", Repository.PathOf("config", "rbac", "people_roles.yaml")]);
        await servers.Old.KubectlAsync(["-n", _space, "create", "serviceaccount", "viewer"]);
        await servers.Old.KubectlAsync([
            "-n", _space, "create", "rolebinding", "viewer", "--clusterrole=drydock-view",
            $"--serviceaccount={_space}:viewer"]);
        var viewer = await servers.Old.CreateServiceAccountKubeconfigAsync(
            _space, "viewer", Path.Combine(_folder, "viewer.kubeconfig"), cancellationToken: Token);

        await Deadline.UntilAsync(
            "the role to count", async _ => (await RunAsync(["status", "held"], viewer)).Code == ExitCodes.Held,
            cancellationToken: Token);
        (await RunAsync(["approve", "held", "--yes"], viewer)).ShouldBe((ExitCodes.Failed, "Approves StopOld of "
            + $"{_space}/held (plan {Word.Prefix(HeldUpgrade.Hash)}). The run then continues with StopOld/oms-a. "
            + "OMS goes down, until the "
            + "upgrade or a rollback ends. For how long is not known.\n"
            + $"You may not patch omsupgrades (API group drydock.dev) in namespace {_space}. The role drydock-edit has "
            + "this right. "
            + $"An administrator can give it to you: `kubectl -n {_space} create rolebinding drydock-edit-USER "
            + "--clusterrole=drydock-edit --user=USER`.\n"));
        (await RunAsync(["status", "-A"], viewer)).Text
            .ShouldContain("You may not list omsupgrades (API group drydock.dev) in all namespaces.");
        (await RunAsync(["report", "held", "--file", Path.Combine(_folder, "report.zip")], viewer)).Code
            .ShouldBe(ExitCodes.Done);
        await using var report = await System.IO.Compression.ZipFile.OpenReadAsync(
            Path.Combine(_folder, "report.zip"), Token);
        using var missing = new StreamReader(await report.GetEntry("missing.txt")!.OpenAsync(Token));
        (await missing.ReadToEndAsync(Token)).ShouldContain("operator/pods.json: The API server answered 403");
    }

    [Fact]
    public async Task Doctor_and_version_read_a_real_server()
    {
        var (code, text) = await RunAsync("doctor", "--operator-namespace", _space);

        code.ShouldBe(ExitCodes.Stalled);
        foreach (var good in new[] { "api-server", "crds", "clocks", "rights" })
        {
            text.ShouldContain($"✔ {good} ");
        }

        text.ShouldContain($"✖ operator     No pod of the operator in namespace {_space}.");
        text.ShouldContain($"✖ lease        No operator leads: the Lease in {_space} has no holder.");
        var version = await RunAsync("version", "--operator-namespace", _space);
        version.Code.ShouldBe(ExitCodes.Done);
        version.Text.ShouldMatch("Plugin    (.*)\nOperator  unknown\nSchema    \\1\n");
    }

    [Fact]
    public async Task Requests_are_made_as_the_given_user()
    {
        (await RunAsync("doctor", "--as", "nobody")).Text.ShouldContain("✖ rights ");
        (await RunAsync("status", "--as", "nobody")).Text
            .ShouldContain($"You may not list omsupgrades (API group drydock.dev) in namespace {_space}.");
    }

    [Fact]
    public async Task Completion_knows_verbs_and_names()
    {
        (await RunAsync("__complete", "ap")).Text.ShouldBe("approve\n:4\n");
        (await RunAsync(
            "__complete", "--", "status", "--kubeconfig", servers.Old.AdminKubeconfig, "-n", _space, "h")).Text
            .ShouldBe("held\n:4\n");
        (await RunAsync(
            "__complete", "--", "approve", "held", "--kubeconfig", servers.Old.AdminKubeconfig, "-n", _space, "S")).Text
            .ShouldBe("StopOld\n:4\n");
        (await RunAsync("__complete", "explain", "TargetB")).Text.ShouldBe("TargetBusy\n:4\n");
    }

    private Task<(int Code, string Text)> RunAsync(params string[] arguments) =>
        RunAsync(arguments, servers.Old.AdminKubeconfig);

    private Task<(int Code, string Text)> AnswerAsync(string answer, params string[] arguments) =>
        RunAsync(arguments, servers.Old.AdminKubeconfig, answer);

    private Task<(int Code, string Text)> RunAsync(string[] arguments, string kubeconfig, string answer = "") =>
        new PluginRun(kubeconfig, _space).RunAsync(arguments, answer);

    private async Task CreateAsync(JsonObject manifest)
    {
        manifest["metadata"]!["namespace"] = _space;
        await servers.Old.KubectlAsync(["create", "--validate=false", "-f", "-"], manifest.ToJsonString());
    }

    private async Task<JsonNode> GetAsync(string name) =>
        JsonNode.Parse(await servers.Old.KubectlAsync(["-n", _space, "get", "omsu", name, "-o", "json"]))!;
}
