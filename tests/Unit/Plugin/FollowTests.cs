using Drydock.Cli.Changes;
using Drydock.Cli.CommandLine;
using Drydock.Cli.Runs;
using Drydock.Cli.Verbs;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>Verbs that wait outlast a restart of the API server.</summary>
public sealed class FollowTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("get", false)]
    [InlineData("watch", true)]
    public async Task Follow_outlasts_outage_and_says_it_once(string verb, bool isAnswered)
    {
        using var cluster = new MemoryCluster();
        var run = await cluster.CreateAsync(new OmsUpgradeStatus { Phase = "Backup" });
        cluster.FailNext(verb, 3, isAnswered ? MemoryCluster.Unavailable : MemoryCluster.Unreachable);
        List<string> said = [];

        await using var states = run.FollowThroughOutagesAsync(cluster.Api, cluster.Time, said.Add, Token)
            .GetAsyncEnumerator(Token);
        (await states.MoveNextAsync()).ShouldBeTrue();
        await cluster.WriteAsync((OmsUpgrade)run.Entity, new OmsUpgradeStatus { Phase = "Verify" });
        while (states.Current!.Status!.Phase != "Verify")
        {
            (await states.MoveNextAsync()).ShouldBeTrue();
        }

        said.Count.ShouldBeGreaterThan(0);
        said[0].ShouldStartWith("The API server has been unavailable since ");
        said[0].ShouldEndWith(" The command retries.");
    }

    [Fact]
    public async Task Refusal_while_following_is_not_retried()
    {
        using var cluster = new MemoryCluster();
        var run = await cluster.CreateAsync(new OmsUpgradeStatus { Phase = "Backup" });
        cluster.FailNext("get", 1, MemoryCluster.Forbidden);

        await using var states = run.FollowThroughOutagesAsync(cluster.Api, cluster.Time, null, Token)
            .GetAsyncEnumerator(Token);
        await Should.ThrowAsync<KubernetesForbiddenException>(async () => await states.MoveNextAsync());
    }

    [Fact]
    public async Task Followed_run_keeps_address_and_ends_when_deleted()
    {
        using var cluster = new MemoryCluster();
        var run = await cluster.CreateAsync(new OmsUpgradeStatus { Phase = "Backup" }) with
        {
            Address = new RunAddress(" --context lab", HasKind: true)
        };

        await using var states = run.FollowThroughOutagesAsync(cluster.Api, cluster.Time, null, Token)
            .GetAsyncEnumerator(Token);
        (await states.MoveNextAsync()).ShouldBeTrue();
        states.Current!.Address.ShouldBe(run.Address);
        await cluster.Api.DeleteAsync<OmsUpgrade>(run.Metadata.Name, MemoryCluster.Namespace, cancellationToken: Token);
        (await states.MoveNextAsync()).ShouldBeTrue();
        states.Current.ShouldBeNull();
        (await states.MoveNextAsync()).ShouldBeFalse();
    }

    [Theory]
    [InlineData("Held", "Held", ExitCodes.Done)]
    [InlineData("Held", "Ready", ExitCodes.Held)]
    [InlineData("Stalled", "Held", ExitCodes.Stalled)]
    [InlineData("Ready", "Ready", ExitCodes.Done)]
    [InlineData("Ready", "Held", ExitCodes.Refused)]
    public async Task Wait_ends_where_nothing_goes_on_by_itself(string state, string goal, int code)
    {
        var time = new ManualTimeProvider();
        using var cluster = new MemoryCluster(time);
        var run = await cluster.CreateAsync(Of("Backup", ConditionTypes.Reconciling));
        var wait = WaitCommand.RunAsync(cluster.Invocation, run, goal, TimeSpan.FromHours(3), Token);
        await cluster.WriteAsync((OmsUpgrade)run.Entity, Of("Verify", ConditionTypes.Reconciling));
        wait.IsCompleted.ShouldBeFalse();

        await cluster.WriteAsync((OmsUpgrade)run.Entity, Of("Settle", state) with { NextAction = "Do it." });

        (await wait).ShouldBe(code);
        cluster.Text.Contains("Next: Do it.", StringComparison.Ordinal).ShouldBe(state != "Ready");
    }

    [Theory]
    [InlineData("Held", false)]
    [InlineData("Ready", true)]
    public async Task Wait_that_ends_at_a_hold_names_the_plugins_verb_and_not_kubectls(string goal, bool isNamed)
    {
        using var cluster = new MemoryCluster(new ManualTimeProvider());
        var run = await cluster.CreateAsync(Of("Settle", "Held") with
        {
            NextAction = "Do it.",
            Holds = [new HoldStatus { Name = "StopOld", Approval = "StopOld@01234567.1" }],
        });
        await WaitCommand.RunAsync(cluster.Invocation, run, goal, TimeSpan.FromHours(3), Token);
        cluster.Text.ShouldNotContain("Do it.");
        cluster.Text.Contains("Next: kubectl drydock approve", StringComparison.Ordinal).ShouldBe(isNamed);
    }

    [Fact]
    public async Task Wait_goes_on_at_a_hold_whose_approval_the_operator_has_taken_up()
    {
        using var cluster = new MemoryCluster(new ManualTimeProvider());
        var held = Of("Settle", "Held") with
        {
            Holds = [new HoldStatus { Name = "Plan", Approval = "Plan@01234567.1" }],
            Approvals = [new UsedApproval { Word = "Plan@01234567.1" }],
        };
        var run = await cluster.CreateAsync(held);
        var wait = WaitCommand.RunAsync(cluster.Invocation, run, "Held", TimeSpan.FromHours(3), Token);
        await cluster.WriteAsync((OmsUpgrade)run.Entity, held with { Phase = "Backup" });
        wait.IsCompleted.ShouldBeFalse();

        await cluster.WriteAsync((OmsUpgrade)run.Entity, held with
        {
            Holds = [new HoldStatus { Name = "StopOld", Approval = "StopOld@01234567.1" }],
        });
        (await wait).ShouldBe(ExitCodes.Done);
    }

    [Fact]
    public async Task Wait_ends_when_its_time_is_over()
    {
        var time = new ManualTimeProvider();
        using var cluster = new MemoryCluster(time);
        var run = await cluster.CreateAsync(Of("Backup", ConditionTypes.Reconciling));
        var wait = WaitCommand.RunAsync(cluster.Invocation, run, "Ready", TimeSpan.FromHours(3), Token);

        await time.AdvanceToTimerAsync(due => due == TimeSpan.FromHours(3), Token);

        (await wait).ShouldBe(ExitCodes.InProgress);
    }

    private static OmsUpgradeStatus Of(string phase, string condition) => new()
    {
        ObservedGeneration = 1,
        Phase = phase,
        Conditions = [new Condition { Type = condition, Status = "True", Reason = "R" }],
    };

    [Fact]
    public async Task Wait_after_write_outlasts_outage()
    {
        using var cluster = new MemoryCluster();
        var run = await cluster.CreateAsync(new OmsUpgradeStatus { Phase = "Backup" });
        cluster.FailNext("get", 3, MemoryCluster.Unreachable);
        var change = new Change
        {
            Promise = "",
            Annotations = Change.One("a", "b"),
            Effect = seen => new TakenUp(seen.Status!.Phase!)
        };

        var effect = await ChangeWriter.WaitAsync(
            cluster.Api, run, change, TimeSpan.FromMinutes(1), cluster.Time, Token);

        effect!.Sentence.ShouldBe("Backup");
    }
}
