using System.Text.RegularExpressions;
using Drydock.Lab.GitOps;
using Drydock.Lab.Monitoring;

namespace Drydock.Tests.EndToEnd.Golden;

/// <summary>
/// The story of the recording: a manifest by <c>init</c> and findings by <c>check</c>; held, paused, aborted, retried
/// and deleted before the downtime; begun again, held in the downtime; a JAR that reports errors, a retry on restored
/// data, which is held again; upgraded; rolled back; restarted when all is over.
/// </summary>
internal sealed partial class GoldenStory
{
    private const string Name = UpgradeCourse.Name;
    private const string BeforeDowntime = "StopOld", InDowntime = "StartNew", InRollback = "RollBack";
    private const int Done = 0, Found = 4, Held = 5, Refused = 6;

    private static readonly ArgoScripts Scripts = new(Repository.Root);

    private readonly UpgradeStage _stage;
    private readonly GoldenRecording _recording;
    private readonly LabOperator _operator;
    private readonly Plugin _user;

    private GoldenStory(GoldenRecording recording, LabOperator leader)
    {
        (_stage, _recording, _operator) = (recording.Stage, recording, leader);
        _user = new Plugin(_stage.ControlPlane.AdminKubeconfig, recording.Space);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Space => _recording.Space;

    /// <summary>Runs it on a fresh stage.</summary>
    public static async Task<GoldenRecording> RecordAsync(UpgradeStage stage)
    {
        await stage.Oms.SetKnobsAsync(new OmsKnobs { Jar = new OmsFault("errors", Times: 1) }, stage.Oms.Nodes[0].Host);
        var space = await stage.NewNamespaceAsync();
        await stage.SecretAsync(
            space, "db", ("username", OmsScenario.MetaUser), ("password", OmsCanaries.MetaPassword),
            ("host", stage.MetaDb.Address));
        var planted = await PlantedCanaries.PlantAsync(stage, space);
        var requests = stage.ControlPlane.AuditedRequests().Count;
        await using var leader = stage.StartOperator(
            new LabOperatorOptions { Environment = planted.Environment, Arguments = ["--log-format", "json"] });
        await LeadsAsync(leader);
        await using var waiting = stage.StartOperator();
        await waiting.WaitUntilReadyAsync(Token);
        await using var arguments = new ArgumentWatch(leader.Process.Id);
        var prometheus = await LabPrometheus.StartAsync(
            stage.Run, leader.Address, Repository.PathOf("config", "monitoring", "prometheus-rules.yaml"), Token);
        var recording = new GoldenRecording
        {
            Stage = stage,
            Nodes = stage.Hosts.Count,
            Databases = [.. stage.Oms.Databases],
            OldContainer = stage.Oms.Options.OldContainer,
            Space = space,
            Planted = planted,
            Prometheus = prometheus,
            Alerts = (await prometheus.RulesAsync(Token)).ToDictionary(
                rule => rule.Name, rule => rule.Query, StringComparer.Ordinal),
            Before = await stage.Oms.ReadStateAsync(),
        };
        try
        {
            await new GoldenStory(recording, leader).RunAsync(waiting, arguments);
            recording.Requests = await RequestsAsync(stage.ControlPlane, requests);
            await PlantedCanaries.RemoveAsync(stage);
            return recording;
        }
        catch
        {
            await recording.DisposeAsync();
            throw;
        }
    }

    private async Task RunAsync(LabOperator waiting, ArgumentWatch arguments)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var follower = new ObjectFollower(
            _stage.ControlPlane, $"/apis/drydock.dev/v1alpha1/namespaces/{Space}/omsupgrades", Name);
        var following = follower.WithinAsync(_ => false, Timeout.InfiniteTimeSpan, end.Token);
        try
        {
            await LookAsync();
            await OthersAsync();
            await BeforeDowntimeAsync();
            await waiting.StopAsync();
            await UpgradeAsync();
            await RollBackAsync();
            _recording.Said["process arguments"] = await arguments.EndAsync();
            await ReadAsync();
            await _operator.StopAsync();
            await SeenAsync("DrydockDown");
            await AfterTheEndAsync();
        }
        finally
        {
            await end.CancelAsync();
            await EndedAsync(following);
        }

        _recording.States = [.. follower.Seen];
    }

    private static async Task EndedAsync(Task following)
    {
        try
        {
            await following;
        }
        catch (OperationCanceledException)
        {
            // It follows until it is told to end.
        }
    }

    // A person who has only one container comes to a manifest and a plan; nothing is left of it.
    private async Task LookAsync()
    {
        var host = _stage.Hosts[0];
        var manifest = new WrittenManifest(Path.Combine(_stage.Run.FolderFor($"init-{Space}"), "upgrade.yaml"));
        string[] init =
        [
            "init", "oms", "--docker", host.Endpoint, "--tls", host.ClientFolder, "--image", _stage.Oms.To.Tag,
            "--to-version", _stage.Oms.To.ImageVersion, "--name", "by-init", "--file", manifest.File,
        ];
        _recording.Answers["init"] = await _user.RunLocalAsync(Done, init);
        _recording.Answers["init again"] = await _user.RunLocalAsync(Refused, init);
        _recording.Answers["secrets of init"] = await File.ReadAllTextAsync(
            manifest.File.Replace(".yaml", "-secrets.yaml", StringComparison.Ordinal), Token);
        await _stage.DockerSecretAsync(Space, host);
        _recording.Answers["check"] = await _user.RunAsync(Found, "check", "-f", manifest.File);
        await manifest.AddAsync("  preflight: {acknowledge: [ForwardSwitchoverUnknown, SyncProjectsWithoutDbType]}\n");
        _recording.Answers["check again"] = await _user.RunAsync(Done, "check", "-f", manifest.File);
        _recording.Answers["left by check"] = await KubectlAsync("get", "omsu", "-o", "name");
        _recording.Answers["explain"] = await _user.RunLocalAsync(Done, "explain", "JarReportedErrors");
    }

    // Beside the upgrade: a snapshot, one that fails, and an upgrade that stalls.
    private async Task OthersAsync()
    {
        await SnapshotAsync("good", _stage.Snapshots);
        await SnapshotAsync("bad", "/etc");
        var bad = _stage.Manifest(Space, "bad");
        bad["spec"]!["fromVersion"] = "1.0.0";
        await _stage.ApplyAsync(bad.ToJsonString());
        await WaitAsync("to stall", u => u.IsStalled(), "bad");
        await SeenAsync("DrydockRunStalled");
        await SeenAsync("DrydockSnapshotFailed");
        await UntilAsync("drydock_snapshots{series=\"nightly\", state=\"usable\"} == 1");
        await UntilAsync("drydock_storage_free_bytes");
        await KubectlAsync("delete", "omsu", "bad", "--timeout=60s");
    }

    private async Task BeforeDowntimeAsync()
    {
        await BeginAsync();
        await ActAsync("pause");
        await WaitAsync("to be paused", u => u.Reason("Reconciling") == "Paused");
        await ActAsync("resume");
        await HeldAsync(BeforeDowntime);
        await ActAsync("abort");
        await WaitAsync("to be aborted", u => u.IsStalled() && u.Reason("Stalled") == "Aborted");
        var aborted = await IsAsBeforeAsync();
        await ActAsync("retry");
        await HeldAsync(BeforeDowntime);
        await KubectlAsync("delete", "omsu", Name, "--timeout=120s");
        _recording.Undone = (aborted, await IsAsBeforeAsync());
    }

    private async Task UpgradeAsync()
    {
        await BeginAsync();
        await SayAsync(Held, "status", Name);
        await SayAsync(Done, "plan", Name);
        await SayAsync(Refused, "approve", Name);
        await SayAsync(Done, "hold", Name, InDowntime, "--yes");
        await SayAsync(Done, "approve", Name, "--yes");
        await HeldAsync(InDowntime);
        await SeenAsync("DrydockHeldDuringDowntime");
        await SayAsync(Done, "pause", Name, "--yes", "--no-wait");
        await SayAsync(Refused, "pause", Name, "--yes");
        await SayAsync(Done, "resume", Name, "--yes");
        await SayAsync(Done, "approve", Name, InDowntime, "--yes");

        await WaitAsync("to fail at the JAR", u => u.Reason("Failed") == "JarReportedErrors");
        await SeenAsync("DrydockRunStalledDuringDowntime");
        _recording.Answers["status of failed"] = await _user.RunAsync(Found, "status", Name);
        await SayAsync(Done, "retry", Name, "--yes");

        // The hold stands, and an approval is for one plan only.
        await HeldAsync(InDowntime);
        await SayAsync(Done, "approve", Name, InDowntime, "--yes");
        await SayAsync(Done, "status", Name, "-w");

        _recording.Succeeded = await WaitAsync("to succeed", u => u.IsOver());
        _recording.Upgraded = await _stage.Oms.ReadStateAsync();
        _recording.AuditOfUpgrade = await _stage.Oms.AuditAsync();
        _recording.Table = await KubectlAsync("get", "omsu", "-o", "wide");
        _recording.Answers["describe of succeeded"] = await DescribeAsync();
        await ReadSnapshotAsync();
        _recording.Answers["status of succeeded"] = await _user.RunAsync(Done, "status", Name);
        await SayAsync(Done, "history", Name);
        await SayAsync(Done, "logs", Name);
        _recording.Answers["one log"] = await _user.RunAsync(
            Done, "logs", Name, _recording.Answers[$"logs {Name}"].Split('\n')[0]);
        _recording.Report = Path.Combine(_stage.Run.FolderFor("plugin"), "report.zip");
        await SayAsync(Done, "report", Name, "--file", _recording.Report);
    }

    private async Task RollBackAsync()
    {
        await SayAsync(Done, "rollback", Name, "--yes");
        await HeldAsync(InRollback);
        await ActAsync("approve");
        _recording.Back = await WaitAsync("to be rolled back", u => u.IsOver("RolledBack"));
        _recording.Answers["describe of rolled back"] = await DescribeAsync();
        _recording.Answers["status of rolled back"] = await _user.RunAsync(Done, "status", Name);
        _recording.RolledBack = await _stage.Oms.ReadStateAsync();
        _recording.Audit = await _stage.Oms.AuditAsync();
        _recording.Punishments = await _stage.Oms.PunishmentsAsync();
        await UntilAsync($"drydock_run_end_timestamp_seconds{{name=\"{Name}\"}}");
    }

    // A restart when all is over: no reconcile. A change that asks for nothing: no write to the object or its children,
    // no connection to a target.
    private async Task AfterTheEndAsync()
    {
        _stage.Faults!.Ledger.Reset();
        await _stage.ApplyAsync(Manifest());
        await using var another = _stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await another.WaitUntilReadyAsync(Token);
        Looked().IsMatch(await another.GetAsync("/metrics", Token)).ShouldBeFalse();
        await KubectlAsync("annotate", "omsupgrades.drydock.dev", Name, "example.com/note=1");
        var version = await VersionAsync();
        await Deadline.UntilAsync(
            "the new operator to have looked at the finished upgrade",
            async token => Looked().IsMatch(await another.GetAsync("/metrics", token)), cancellationToken: Token);
        _recording.ActsAfterTheEnd =
        [
            .. _stage.Faults.Ledger.Acts.Where(a => !a.Target.Contains("/leases", StringComparison.Ordinal))
                .Select(a => a.ToString()),
            .. await VersionAsync() == version ? [] : new[] { "a write to the object" },
            .. _stage.Faults.MetaDb.OpenConnections == 0 ? [] : new[] { "a connection to the metadata database" },
        ];

        // What is deleted then needs the operator too.
        await KubectlAsync("delete", "omsu,snaprestore,snap", "--all", "--timeout=120s");
        await another.StopAsync();
    }

    private async Task BeginAsync()
    {
        await _stage.ApplyAsync(Manifest());
        await HeldAsync(BeforeDowntime);
    }

    private string Manifest()
    {
        var manifest = _stage.Manifest(Space);
        manifest["spec"]!["holdBefore"] = new JsonArray(BeforeDowntime);
        return manifest.ToJsonString();
    }

    // Argo CD writes the difference as a merge patch.
    private async Task ActAsync(string action)
    {
        var entity = await _stage.GetUpgradeAsync(Space);
        _recording.Acts.Add((action, entity));
        var after = await Scripts.ActAsync(
            entity, action, now: TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), cancellationToken: Token);
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["annotations"] = after["metadata"]!["annotations"]!.DeepClone() }
        };
        await KubectlAsync("patch", "omsu", Name, "--type=merge", "-p", patch.ToJsonString());
    }

    private async Task SayAsync(int exitCode, params string[] command) =>
        _recording.Answers[string.Join(' ', command)] = await _user.RunAsync(exitCode, command);

    private async Task<bool> IsAsBeforeAsync() =>
        (await _stage.Oms.ReadStateAsync()).ToString() == _recording.Before.ToString();

    private async Task<string> VersionAsync() =>
        (await _stage.GetUpgradeAsync(Space))["metadata"]!["resourceVersion"]!.GetValue<string>();

    private Task<JsonNode> HeldAsync(string hold) =>
        WaitAsync($"to be held before {hold}", u => u.IsHeld() && (string?)u["status"]!["holds"]?[0]?["name"] == hold);

    private async Task<JsonNode> WaitAsync(string what, Func<JsonNode, bool> wanted, string name = Name)
    {
        if (await _stage.SeenWithinAsync(Space, wanted, Limit.Patience, name, Token) is { } found)
        {
            return found;
        }

        var last = await _stage.GetUpgradeAsync(Space, name);
        throw new LabException(
            $"Waited {Limit.Patience.TotalSeconds:0} s in vain for {name} {what}: phase {last.Phase()}, "
            + $"{last.Message()}");
    }

    private Task<string> KubectlAsync(params string[] arguments) => Limit.OnAsync(
        $"'kubectl {string.Join(' ', arguments)}' to end",
        token => _stage.ControlPlane.KubectlAsync(["-n", Space, .. arguments], cancellationToken: token));

    private Task<string> DescribeAsync() => Limit.OnAsync(
        "'kubectl describe' to end",
        token => _stage.ControlPlane.DescribeAsync(Space, "omsupgrades.drydock.dev", Name, token));

    private Task SeenAsync(string alert) => UntilAsync(_recording.Alerts[alert]);

    private Task UntilAsync(string query) => Deadline.UntilAsync(
        $"Prometheus to see {query}", async token => (await _recording.Prometheus.QueryAsync(query, token)).Count > 0,
        cancellationToken: Token);

    private static Task LeadsAsync(LabOperator leader) => Deadline.UntilAsync(
        "a leader", async token => (await leader.GetAsync("/metrics", token)).Contains(
            "leader_election_master_status{name=\"drydock-operator\"} 1", StringComparison.Ordinal),
        cancellationToken: Token);

    [GeneratedRegex("""controller_runtime_reconcile_total\{controller="omsupgrades",result="success"\} [1-9]""")]
    private static partial Regex Looked();
}
