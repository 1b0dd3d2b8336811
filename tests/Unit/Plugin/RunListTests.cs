using Drydock.Cli.CommandLine;
using Drydock.Cli.Output;
using Drydock.Cli.Runs;
using Drydock.Cli.Views;
using Microsoft.AspNetCore.Http;
using Spectre.Console;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>The list of all upgrades: its order, its columns, and its changes.</summary>
public sealed class RunListTests
{
    private const string Missed = "OmsUpgrade oms/odd is not shown, because this plugin cannot read it: "
        + "spec.approval has a value that this program does not know. Use the plugin of the operator's version.";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void What_is_down_comes_first_and_what_has_ended_last()
    {
        RunView[] runs =
        [
            View("a-ended", ShownState.Ready), View("b-runs", ShownState.InProgress),
            View("c-failed", ShownState.Stalled), View("d-waits", ShownState.Held),
            View("e-runs-down", ShownState.InProgress, isDown: true),
            View("f-waits-down", ShownState.Held, isDown: true),
        ];

        RunTable.ByNeed(runs).Select(r => r.Name)
            .ShouldBe(["f-waits-down", "e-runs-down", "d-waits", "c-failed", "b-runs", "a-ended"]);
    }

    [Fact]
    public void Columns_have_two_spaces_between_them()
    {
        using var output = new StringWriter();

        CliRuns.Plain(output).CreateConsole().Write(
            RunTable.Of([View("night", ShownState.Held)], new RunScope(null), isWide: true));

        var lines = output.ToString().Split('\n');
        lines[0].ShouldStartWith("NAMESPACE  NAME   FROM   TO     SYSTEM  PHASE    REASON  STEPS");
        lines[1].ShouldStartWith("oms        night  3.2.2  4.2.2          StopOld  Held    1/2  ");
    }

    [Fact]
    public async Task Followed_list_shows_what_is_created_changed_and_deleted()
    {
        using var cluster = new MemoryCluster();
        var run = await cluster.CreateAsync(new OmsUpgradeStatus { Phase = "Backup" });
        cluster.FailNext("watch", 1, MemoryCluster.Unavailable);
        await using var lists = RunFollowing.FollowAllAsync(cluster.Invocation, new RunScope(null), null, null, Token)
            .GetAsyncEnumerator(Token);

        await UntilAsync(lists, runs => runs.Count == 1);
        await cluster.WriteAsync((OmsUpgrade)run.Entity, new OmsUpgradeStatus { Phase = "Verify" });
        await UntilAsync(lists, runs => runs.Any(r => r.Status?.Phase == "Verify"));
        await cluster.CreateAsync(new OmsUpgradeStatus { Phase = "Preflight" });
        await UntilAsync(lists, runs => runs.Count == 2);
        await cluster.Api.DeleteAsync<OmsUpgrade>(run.Metadata.Name, MemoryCluster.Namespace, cancellationToken: Token);
        await UntilAsync(lists, runs => runs.Count == 1);
    }

    [Fact]
    public async Task Object_that_cannot_be_read_hides_no_other_and_is_named()
    {
        await using var server = await UnreadableAsync();

        var (code, text) = await RunAsync(server.Address, "status");

        code.ShouldBe(ExitCodes.Done, text);
        text.ShouldContain("night");
        text.ShouldContain(Missed);
        text.ShouldNotContain("Drydock.");
        (await RunAsync(server.Address, "status", "other")).Text.ShouldContain("There are: night.");
    }

    [Fact]
    public async Task Followed_list_names_object_that_cannot_be_read()
    {
        await using var server = await UnreadableAsync();
        List<string> missed = [];
        using var client = new Drydock.Clients.Kubernetes.Client.KubernetesClient(
            new k8s.KubernetesClientConfiguration { Host = server.Address.AbsoluteUri },
            Drydock.Clients.Kubernetes.Json.KubernetesJson.CreateOptions(Drydock.Crds.CrdsJsonContext.Default));
        using var invocation = new Invocation(CliRuns.Plain(TextWriter.Null), client, "oms");

        await using var lists = RunFollowing.FollowAllAsync(invocation, new RunScope("oms"), null, missed.Add, Token)
            .GetAsyncEnumerator(Token);

        await UntilAsync(lists, runs => runs.Count == 1);
        missed.ShouldBe([Missed]);
    }

    [Fact]
    public async Task Refusal_ends_followed_list()
    {
        using var cluster = new MemoryCluster();
        cluster.FailNext("list", 1, MemoryCluster.Forbidden);

        await Should.ThrowAsync<Drydock.Clients.Kubernetes.Errors.KubernetesForbiddenException>(async () =>
        {
            await foreach (var _ in RunFollowing.FollowAllAsync(
                cluster.Invocation, new RunScope(null), null, null, Token))
            {
            }
        });
    }

    [Fact]
    public async Task Selector_is_asked_of_the_server()
    {
        await using var server = await FakeApiServer.StartAsync();
        List<string?> selectors = [];
        server.Otherwise(async context =>
        {
            selectors.Add(context.Request.Query["labelSelector"]);
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(FakeApiServer.List("1"), Token);
        });

        var (code, text) = await RunAsync(server.Address, "status", "-A", "-l", "team=dba");

        code.ShouldBe(ExitCodes.Done, text);
        selectors.ShouldBe(["team=dba", "team=dba"]);
        text.ShouldBeWorded();
    }

    [Fact]
    public async Task Single_verb_outlasts_outage_and_says_it_once()
    {
        using var cluster = new MemoryCluster();
        var run = await cluster.CreateAsync(new OmsUpgradeStatus { Phase = "Backup" });
        cluster.FailNext("get", 3, MemoryCluster.Unavailable);

        (await RunLookup.FindAsync(cluster.Invocation, run.Metadata.Name, Token)).FullName.ShouldBe(run.FullName);

        cluster.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldHaveSingleItem()
            .ShouldEndWith("The command retries.");
    }

    [Fact]
    public async Task Single_verb_ends_at_its_limit_with_the_reason()
    {
        var (code, text) = await RunAsync(new Uri("http://127.0.0.1:1/"), "status", "night", "--request-timeout", "1s");

        code.ShouldBe(ExitCodes.Failed);
        text.ShouldBeWorded();
    }

    [Fact]
    public async Task Write_with_unknown_outcome_is_not_sent_again()
    {
        var asked = 0;
        using var cluster = new MemoryCluster();
        var request = new Drydock.Clients.Kubernetes.Errors.KubernetesRequest(
            "patch", "drydock.dev", "omsupgrades", "oms", "night");

        await Should.ThrowAsync<Drydock.Clients.Kubernetes.Errors.KubernetesException>(
            () => cluster.Invocation.RetryAsync<string>(
                _ =>
                {
                    asked++;
                    throw MemoryCluster.Unavailable(request);
                },
                Token,
                writes: true));

        asked.ShouldBe(1);
    }

    private static async Task<FakeApiServer> UnreadableAsync() =>
        (await FakeApiServer.StartAsync()).Otherwise(async context =>
        {
            const string One =
                """{"metadata":{"name":"night","namespace":"oms"},"spec":{"fromVersion":"3.2.2","toVersion":"4.2.2"}}""";
            const string Other =
                """{"metadata":{"name":"odd","namespace":"oms"},"spec":{"fromVersion":"3.2.2","toVersion":"4.2.2","approval":"Aply"}}""";
            var path = context.Request.Path.Value!;
            context.Response.ContentType = "application/json";
            context.Response.StatusCode = path.EndsWith("/other", StringComparison.Ordinal) ? 404 : 200;
            await context.Response.WriteAsync(
                context.Response.StatusCode == 404 ? FakeApiServer.Status(404, "NotFound")
                : context.Request.Query.ContainsKey("watch") ? ""
                : path.EndsWith("/omsupgrades", StringComparison.Ordinal) ? FakeApiServer.List("1", One, Other)
                : FakeApiServer.List("1"),
                Token);
        });

    private static async Task UntilAsync(
        IAsyncEnumerator<IReadOnlyCollection<Run>> lists, Func<IReadOnlyCollection<Run>, bool> isSeen)
    {
        do
        {
            (await lists.MoveNextAsync()).ShouldBeTrue();
        }
        while (!isSeen(lists.Current));
    }

    private static RunView View(string name, ShownState state, bool isDown = false) => new()
    {
        Kind = "OmsUpgrade",
        Namespace = "oms",
        Name = name,
        FromVersion = "3.2.2",
        ToVersion = "4.2.2",
        At = DateTimeOffset.UnixEpoch,
        Phase = "StopOld",
        Reason = "Held",
        State = state,
        Message = "Waits.",
        Progress = "1/2",
        DowntimeSince = isDown ? DateTimeOffset.UnixEpoch : null,
    };

    private static async Task<(int Code, string Text)> RunAsync(Uri server, params string[] words)
    {
        var kubeconfig = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            kubeconfig,
            $$$"""
            current-context: c
            contexts: [{name: c, context: {cluster: c, namespace: oms}}]
            clusters: [{name: c, cluster: {server: "{{{server}}}"}}]
            """,
            Token);
        await using var output = new StringWriter();
        var code = await DrydockCommand.RunAsync(CliRuns.Plain(output), [.. words, "--kubeconfig", kubeconfig], Token);
        File.Delete(kubeconfig);
        return (code, output.ToString().ReplaceLineEndings("\n"));
    }
}
