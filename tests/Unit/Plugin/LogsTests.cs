using Drydock.Cli.CommandLine;
using Drydock.Cli.Verbs;

namespace Drydock.Tests.Unit.Plugin;

/// <summary><c>logs -f</c> ends when the step has ended.</summary>
public sealed class LogsTests
{
    private const string Id = "StopOld/oms-a";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StepState.Succeeded, ExitCodes.Done)]
    [InlineData(StepState.Failed, ExitCodes.Failed)]
    public async Task Ended_step_without_output_ends_command(StepState end, int code)
    {
        var time = new ManualTimeProvider();
        using var cluster = new MemoryCluster(time);
        var run = await cluster.CreateAsync(Status(StepState.Running));
        var logs = LogsCommand.FollowAsync(cluster.Invocation, run, Id, Token);
        await cluster.WriteAsync((OmsUpgrade)run.Entity, Status(end));

        await time.AdvanceToTimerAsync(due => due == TimeSpan.FromSeconds(15), Token);

        (await logs).ShouldBe(code);
        cluster.Text.ShouldContain($"{Id} left no output: only commands in containers leave some.");
    }

    [Fact]
    public async Task Output_of_a_host_does_not_steer_the_terminal()
    {
        using var cluster = new MemoryCluster(new ManualTimeProvider());
        await cluster.Api.CreateAsync(new V1Secret
        {
            Metadata = new V1ObjectMeta { Name = "output", Namespace = MemoryCluster.Namespace },
            Data = new Dictionary<string, byte[]>(StringComparer.Ordinal)
            {
                ["output"] = "first\u001b]52;c;eA==\u0007\nsecond\r"u8.ToArray()
            },
        });
        var status = Status(StepState.Succeeded);
        var run = await cluster.CreateAsync(
            status with { Plan = status.Plan!.With(s => s.Record with { OutputRef = "output" }) });

        (await LogsCommand.FollowAsync(cluster.Invocation, run, Id, Token)).ShouldBe(ExitCodes.Done);

        cluster.Text.ShouldContain("first\nsecond");
        cluster.Text.ShouldNotContain("\u001b");
    }

    [Fact]
    public async Task Stopped_run_ends_command_after_a_while()
    {
        var time = new ManualTimeProvider();
        using var cluster = new MemoryCluster(time);
        var stalled = Status(StepState.Pending) with
        {
            Message = "Verify/hosts failed.",
            Conditions = [new Condition { Type = ConditionTypes.Stalled, Status = "True", Reason = "Failed" }],
        };
        var run = await cluster.CreateAsync(stalled);
        var logs = LogsCommand.FollowAsync(cluster.Invocation, run, Id, Token);

        await time.AdvanceToTimerAsync(due => due == TimeSpan.FromSeconds(15), Token);

        (await Should.ThrowAsync<CliException>(logs)).Message.ShouldBeWorded();
    }

    private static OmsUpgradeStatus Status(StepState state) => new()
    {
        ObservedGeneration = 1,
        Phase = "StopOld",
        Plan =
            new StoredPlan { Hash = "sha256:1", Steps = [new StoredStep { Id = Id, Action = "Stop", State = state }] }
                .AsRun(),
    };
}
