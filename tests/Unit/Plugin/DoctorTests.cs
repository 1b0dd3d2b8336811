using Drydock.Cli.CommandLine;
using Drydock.Cli.Diagnosis;
using Microsoft.AspNetCore.Http;
using ShownKind = Drydock.Cli.Runs.ShownKind;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>version and doctor: each broken thing is named with what to do.</summary>
public sealed class DoctorTests : IAsyncLifetime
{
    private static readonly string Own = CrdSchema.Number.ToString();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drydock-doctor-");
    private FakeApiServer _server = null!;
    private Uri _address = null!;
    private string? _schema = Own;
    private string _image = $"registry.example/drydock-operator:{Own}";
    private bool _isReady = true;
    private string _volume = """{"name":"snapshots","persistentVolumeClaim":{"claimName":"backups"}}""";
    private string _claim = "Bound";
    private TimeSpan _renewed = TimeSpan.FromSeconds(-3);
    private TimeSpan _clock;
    private Func<string, string, bool> _mayDo = (_, _) => true;
    private bool _mayReadOperator = true;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = (await FakeApiServer.StartAsync()).Otherwise(AnswerAsync);
        _address = _server.Address;
    }

    public async ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Healthy_installation_ends_with_success()
    {
        var (code, text) = await RunAsync("doctor");

        code.ShouldBe(ExitCodes.Done, text);
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ShouldAllBe(line => line.StartsWith("✔ ", StringComparison.Ordinal));
        foreach (var name in new[] { "api-server", "crds", "operator", "lease", "clocks", "storage", "rights" })
        {
            text.ShouldContain($"✔ {name} ");
        }
    }

    [Theory]
    [InlineData("crds", "Not installed: omsupgrades.drydock.dev", "kubectl apply -k config/crd")]
    [InlineData(
        "old-crds", "The CRDs have schema 0.0.9, this plugin is ",
        "the CRDs first, or use the plugin of release 0.0.9.")]
    [InlineData("new-crds", "The CRDs have schema 99.0.0, this plugin is ", "Use the plugin of release 99.0.0.")]
    [InlineData(
        "operator", "Pod drydock-0 is not ready: CrashLoopBackOff: back-off.",
        "kubectl -n drydock-system logs drydock-0")]
    [InlineData("old-operator", "The operator is 0.0.9, this plugin is ", "Upgrade Drydock to release")]
    [InlineData("lease", "No operator leads: drydock-0 holds it and renewed it 10m", "pod,lease")]
    [InlineData("clock", "The clock of this machine is ", "NTP")]
    [InlineData("operator-clock", "The clock of the operator is ", "NTP")]
    [InlineData("storage", "/var/lib/drydock/snapshots is part of the operator's pod", "PersistentVolumeClaim")]
    [InlineData("claim", "PersistentVolumeClaim backups, which is Pending", "describe pvc backups")]
    [InlineData("rights", "you may not list omsupgrades", "drydock-view")]
    public async Task Broken_thing_is_named_with_its_remedy(string what, string message, string remedy)
    {
        switch (what)
        {
            case "crds": _schema = null; break;
            case "old-crds": _schema = "0.0.9"; break;
            case "new-crds": _schema = "99.0.0"; break;
            case "operator": _isReady = false; break;
            case "old-operator": _image = "drydock-operator:0.0.9"; break;
            case "lease": _renewed = TimeSpan.FromSeconds(-630); break;
            case "clock": _clock = TimeSpan.FromMinutes(-4); _renewed += _clock; break;
            case "operator-clock": _renewed = TimeSpan.FromMinutes(1); break;
            case "storage": _volume = """{"name":"snapshots","emptyDir":{}}"""; break;
            case "claim": _claim = "Pending"; break;
            default: _mayDo = (verb, plural) => (verb, plural) != ("list", "omsupgrades"); break;
        }

        var (code, text) = await RunAsync("doctor");
        var data = JsonNode.Parse((await RunAsync("doctor", "-o", "json")).Text)!;

        code.ShouldBe(ExitCodes.Stalled, text);
        text.ShouldContain(message);
        text.ShouldContain(remedy);
        data["isHealthy"]!.GetValue<bool>().ShouldBeFalse();
        data["checks"]!.AsArray().Single(c => c!["result"]!.GetValue<string>() == "Broken")!["message"]!
            .GetValue<string>().ShouldContain(message);
    }

    [Fact]
    public async Task User_who_may_only_look_is_told_and_not_alarmed()
    {
        _mayDo = (verb, _) => verb is "get" or "list" or "watch";
        _mayReadOperator = false;

        var (code, text) = await RunAsync("doctor");

        code.ShouldBe(ExitCodes.Done, text);
        text.ShouldContain("You can look, but not approve or check. The role drydock-edit has this right.");
        text.ShouldContain("· lease        You may not get leases");
    }

    [Fact]
    public async Task Server_that_is_not_reached_is_the_only_thing_told()
    {
        await _server.DisposeAsync();

        var (code, text) = await RunAsync("doctor");

        code.ShouldBe(ExitCodes.Stalled);
        text.Trim().Split('\n').Length.ShouldBe(2, text);
        text.ShouldStartWith("✖ api-server   The API server was not reached");
    }

    [Theory]
    [InlineData("silent", "did not answer within 1s (--request-timeout).")]
    [InlineData("", "is not that of a Kubernetes API server.")]
    [InlineData("no JSON", "is not that of a Kubernetes API server.")]
    [InlineData("<html><body>Log in.</body></html>", "is not that of a Kubernetes API server.")]
    [InlineData("null", "is not that of a Kubernetes API server.")]
    [InlineData("{}", "is not that of a Kubernetes API server.")]
    [InlineData("[1,2]", "is not that of a Kubernetes API server.")]
    [InlineData("{\"items\":7,\"kind\":7,\"gitVersion\":[]}", "is not that of a Kubernetes API server.")]
    public async Task Foreign_server_is_told_in_one_sentence(string body, string expected)
    {
        foreach (var isVersionForeign in new[] { true, false })
        {
            // Behind an address may be anything, from the first answer or from the second one on.
            _server.Otherwise(context => !isVersionForeign && context.Request.Path.StartsWithSegments("/version")
                ? AnswerAsync(context)
                : body == "silent" ? FakeApiServer.Stream(StreamEnd.Silence)(context) : WriteAsync(context, 200, body));
            foreach (var verb in new[] { "doctor", "version" })
            {
                var began = System.Diagnostics.Stopwatch.GetTimestamp();
                var (code, text) = await RunAsync(verb, "--request-timeout", "1s");

                code.ShouldBe(verb == "doctor" ? ExitCodes.Stalled : ExitCodes.Done, text);
                text.ShouldContain(expected);
                foreach (var inner
                    in new[] { "k8s.Models", "System.", "Exception", "error of its own", "JSON value", "Parameter" })
                {
                    text.ShouldNotContain(inner);
                }

                System.Diagnostics.Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(20));
            }
        }
    }

    [Fact]
    public async Task Refusal_of_the_server_keeps_its_reason()
    {
        _server.Otherwise(
            context => WriteAsync(context, 429, FakeApiServer.Status(429, "TooManyRequests", "the server is busy")));

        (await RunAsync("doctor", "--request-timeout", "1s")).Text.ShouldContain("the server is busy.");
    }

    [Fact]
    public async Task Connection_that_ends_early_is_told_in_plain_words()
    {
        _server.Otherwise(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });

        foreach (var words in new string[][] { ["doctor"], ["version"], ["status"] })
        {
            var (_, text) = await RunAsync([.. words, "--request-timeout", "1s"]);
            text.ShouldNotContain("ResponseEnded");
            text.ShouldNotContain("An error occurred");
        }
    }

    [Fact]
    public async Task Operator_of_any_name_is_found_by_its_component()
    {
        string? selector = null;
        _server.Otherwise(context =>
        {
            selector = context.Request.Path.Value!.EndsWith("/pods", StringComparison.Ordinal)
                ? context.Request.Query["labelSelector"]
                : selector;
            return AnswerAsync(context);
        });

        await RunAsync("version");

        selector.ShouldBe("app.kubernetes.io/component=operator");
        foreach (var manifest in new[] { "config/manager/deployment.yaml", "charts/drydock/templates/_helpers.tpl" })
        {
            (await File.ReadAllTextAsync(Repository.PathOf(manifest), Token))
                .ShouldContain("app.kubernetes.io/component: operator");
        }
    }

    [Fact]
    public async Task Version_names_plugin_operator_leader_and_schema()
    {
        (await RunAsync("version")).Text.ShouldBe(
            $"Plugin    {Own}\nOperator  registry.example/drydock-operator:{Own}, leader drydock-0\nSchema    {Own}\n");

        (_schema, _image) = ("0.0.9", "drydock-operator:0.0.9");
        var (code, text) = await RunAsync("version");
        code.ShouldBe(ExitCodes.Done);
        text.ShouldContain("The CRDs have schema 0.0.9");
        text.ShouldContain("The operator is 0.0.9");
        JsonNode.Parse((await RunAsync("version", "-o", "json")).Text)!["problems"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task Version_needs_no_cluster()
    {
        await using var output = new StringWriter();
        var code = await DrydockCommand.RunAsync(
            CliRuns.Plain(output), ["version", "--kubeconfig", "/absent/kubeconfig"], Token);

        code.ShouldBe(ExitCodes.Done);
        output.ToString().ShouldStartWith($"Plugin    {Own}\n");
        output.ToString().ShouldContain("/absent/kubeconfig");
    }

    [Fact]
    public void Old_version_that_could_start_is_named()
    {
        var upgrade = new OmsUpgrade
        {
            Spec = new OmsUpgradeSpec { FromVersion = "3.2.2", ToVersion = "4.2.2" },
            Status = new OmsUpgradeStatus
            {
                Phase = RunPhases.Succeeded,
                Nodes =
                [
                    new OmsNodeStatus { Name = "oms-a", Version = "4.2.2" },
                    new OmsNodeStatus { Name = "oms-b", Version = "3.2.2" }
                ],
                Plan = new StoredPlan
                {
                    Guards = [new StoredGuard
                    {
                        Violations =
                            [new GuardViolation { Message = "oms_322 runs on oms-a", Check = "Look at the projects." }]
                    }],
                }.AsRun(),
            },
        };

        var checks = OldVersion.Of(ShownKind.Read(upgrade)!);

        checks.Select(c => (c.Result, c.Message)).ShouldBe(
        [
            (CheckResult.Broken, "oms-b runs 3.2.2, expected is 4.2.2."),
            (CheckResult.Broken, "oms_322 runs on oms-a."),
            (
                CheckResult.Note, "The status does not tell of files of docker compose, systemd units, cron jobs and "
                    + "watchdogs: look on each host for those that start 3.2.2."),
        ]);
        OldVersion.Of(ShownKind.Read(upgrade with { Status = upgrade.Status with { Phase = RunPhases.Failed } })!)
            .ShouldHaveSingleItem().Message.ShouldBeWorded();
    }

    [Fact]
    public void Skipped_instance_keeps_old_version()
    {
        var upgrade = new DatabaseRollingUpgrade
        {
            Spec = new DatabaseRollingUpgradeSpec { FromVersion = "2.1.19", ToVersion = "3.0.9" },
            Status = new DatabaseRollingUpgradeStatus
            {
                Phase = RunPhases.Succeeded,
                Skipped = [new SkippedInstanceStatus { Name = "tikv-3" }]
            },
        };

        OldVersion.Of(ShownKind.Read(upgrade)!)[0].Message.ShouldBeWorded();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers.Date = (TimeProvider.System.GetUtcNow() + _clock).ToString(
            "r", CultureInfo.InvariantCulture);
        var path = context.Request.Path.Value!.TrimEnd('/');
        await (path switch
        {
            "/version" => WriteAsync(context, 200, """{"gitVersion":"v1.30.0"}"""),
            _ when path.Contains("/customresourcedefinitions/", StringComparison.Ordinal) => _schema is null
                ? WriteAsync(context, 404, FakeApiServer.Status(404, "NotFound"))
                : WriteAsync(
                    context, 200,
                    $$"""{"metadata":{"name":"x","annotations":{"drydock.dev/schema":"{{_schema}}" } } }"""),
            _ when path.EndsWith("/selfsubjectaccessreviews", StringComparison.Ordinal) => ReviewAsync(context),
            _ when !_mayReadOperator => WriteAsync(
                context, 403, FakeApiServer.Status(403, "Forbidden", "User cannot get")),
            _ when path.EndsWith("/pods", StringComparison.Ordinal) => WriteAsync(context, 200, Pods()),
            _ when path.EndsWith("/leases/drydock-operator", StringComparison.Ordinal) => WriteAsync(
                context, 200, $$$"""
                {"metadata":{"name":"drydock-operator"},"spec":{"holderIdentity":"drydock-0_pod.u_1","leaseDurationSeconds":120,
                 "renewTime":"{{{(TimeProvider.System.GetUtcNow() + _renewed).ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture)}}}"}}
                """),
            _ when path.EndsWith("/persistentvolumeclaims/backups", StringComparison.Ordinal) =>
                WriteAsync(context, 200, $$$"""{"metadata":{"name":"backups"},"status":{"phase":"{{{_claim}}}"}}"""),
            _ => WriteAsync(context, 404, FakeApiServer.Status(404, "NotFound")),
        });
    }

    private string Pods() => $$$"""
        {"kind":"PodList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"drydock-0"},
          "spec":{"volumes":[{{{_volume}}}],"containers":[{"name":"operator","image":"{{{_image}}}",
            "args":["--storage-root=/var/lib/drydock/snapshots"],"volumeMounts":[{"name":"snapshots","mountPath":"/var/lib/drydock/snapshots"}]}]},
          "status":{"phase":"Running","conditions":[{"type":"Ready","status":"{{{_isReady}}}"}],
            "containerStatuses":[{"name":"operator","state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off"} } }]}}]}
        """;

    private async Task ReviewAsync(HttpContext context)
    {
        var asked = (await JsonNode.ParseAsync(
            context.Request.Body, cancellationToken: Token))!["spec"]!["resourceAttributes"]!;
        asked["namespace"]!.GetValue<string>().ShouldBe("oms");
        var allowed = _mayDo(asked["verb"]!.GetValue<string>(), asked["resource"]!.GetValue<string>());
        await WriteAsync(
            context, 201, allowed ? """{"status":{"allowed":true}}""" : """{"status":{"allowed":false}}""");
    }

    private static async Task WriteAsync(HttpContext context, int code, string body)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body, Token);
    }

    private async Task<(int Code, string Text)> RunAsync(params string[] words)
    {
        var kubeconfig = Path.Combine(_folder.FullName, "kubeconfig");
        if (!File.Exists(kubeconfig))
        {
            await File.WriteAllTextAsync(
                kubeconfig,
                $$$"""
                current-context: c
                contexts: [{name: c, context: {cluster: c, namespace: oms}}]
                clusters: [{name: c, cluster: {server: "{{{_address}}}"}}]
                """,
                Token);
        }

        await using var output = new StringWriter();
        var code = await DrydockCommand.RunAsync(CliRuns.Plain(output), [.. words, "--kubeconfig", kubeconfig], Token);
        return (code, output.ToString().ReplaceLineEndings("\n"));
    }
}
