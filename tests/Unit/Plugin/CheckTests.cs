using Drydock.Cli.CommandLine;
using Drydock.Cli.Output;
using Drydock.Cli.Verbs;

namespace Drydock.Tests.Unit.Plugin;

/// <summary><c>check</c> leaves nothing behind, or says what.</summary>
public sealed class CheckTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Object_is_deleted_although_its_creation_was_not_answered()
    {
        using var cluster = new MemoryCluster();
        cluster.Api.After = request =>
            request.Verb == "create" ? throw new KubernetesOutcomeUnknownException(request, "cut") : Task.CompletedTask;

        await Should.ThrowAsync<KubernetesOutcomeUnknownException>(() => RunAsync(cluster));

        (await cluster.Api.ListAsync<OmsUpgrade>(cancellationToken: Token)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Object_that_cannot_be_deleted_is_named()
    {
        using var cluster = new MemoryCluster();
        Plan(cluster);
        cluster.FailNext("delete", 1, MemoryCluster.Forbidden);

        (await RunAsync(cluster)).ShouldBe(ExitCodes.Done);

        var left = (await cluster.Api.ListAsync<OmsUpgrade>(cancellationToken: Token)).Items.Single().Metadata.Name;
        cluster.Text.ShouldContain($"oms/{left} was not deleted: You may not delete omsupgrades");
        cluster.Text.ShouldContain($"Delete it: `kubectl -n oms delete omsu {left}`.");
        cluster.Text.ShouldContain("Nothing prevents this upgrade.");
    }

    [Fact]
    public async Task Deletion_is_retried_while_server_is_unavailable()
    {
        using var cluster = new MemoryCluster();
        Plan(cluster);
        cluster.FailNext("delete", 3, MemoryCluster.Unreachable);

        (await RunAsync(cluster)).ShouldBe(ExitCodes.Done);

        (await cluster.Api.ListAsync<OmsUpgrade>(cancellationToken: Token)).Items.ShouldBeEmpty();
        cluster.Text.ShouldNotContain("was not deleted");
    }

    [Fact]
    public async Task Findings_are_listed_once_and_counted()
    {
        using var cluster = new MemoryCluster();
        Answer(cluster, new OmsUpgradeStatus
        {
            Phase = RunPhases.Preflight,
            Message = "No space. No image. Nothing was changed.",
            Findings =
            [
                new Finding { Reason = "NoSpace", Message = "No space." },
                new Finding { Reason = "ImageMissing", Message = "No image." }
            ],
            Conditions = [new Condition { Type = ConditionTypes.Stalled, Status = "True", Reason = "PreflightFailed" }],
        });

        (await RunAsync(cluster)).ShouldBe(ExitCodes.Stalled);

        cluster.Text.Split("No space.").Length.ShouldBe(2);
        cluster.Text.ShouldContain("Findings: 2. Nothing was changed. Repair them, then check again.");
    }

    [Fact]
    public async Task Claim_of_another_object_ends_the_check()
    {
        using var cluster = new MemoryCluster();
        Answer(cluster, new OmsUpgradeStatus
        {
            Phase = RunPhases.Preflight,
            Message = "oms/other works on this target.",
            Conditions = [new Condition { Type = ConditionTypes.Ready, Status = "False", Reason = Reasons.TargetBusy }],
        });

        (await RunAsync(cluster)).ShouldBe(ExitCodes.Stalled);

        cluster.Text.ShouldContain("TargetBusy: oms/other works on this target.");
    }

    private static Task<int> RunAsync(MemoryCluster cluster) =>
        CheckCommand.RunAsync(cluster.Invocation, MemoryCluster.Trial(), OutputFormat.Text, Token);

    private static void Plan(MemoryCluster cluster) => Answer(
        cluster,
        new OmsUpgradeStatus
        {
            Phase = RunPhases.Planned,
            Plan = new StoredPlan
            {
                Hash = "sha256:1",
                Steps = [new StoredStep { Id = "Verify/hosts", Action = "VerifyHosts" }]
            }.AsRun()
        });

    // The operator answers as soon as the object exists.
    private static void Answer(MemoryCluster cluster, OmsUpgradeStatus status) => cluster.Api.After = async request =>
    {
        if (request is { Verb: "create", Name: { } name })
        {
            var upgrade = await cluster.Api.GetAsync<OmsUpgrade>(name, MemoryCluster.Namespace, Token);
            await cluster.WriteAsync(upgrade!, status);
        }
    };
}
