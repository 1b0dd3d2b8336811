using Drydock.Cli.Changes;
using Drydock.Cli.Runs;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Crds.OmsUpgrades;
using Shouldly;
using Xunit;

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

        await using var states = run.FollowThroughOutagesAsync(cluster.Api, cluster.Time, said.Add, Token).GetAsyncEnumerator(Token);
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

        await using var states = run.FollowThroughOutagesAsync(cluster.Api, cluster.Time, null, Token).GetAsyncEnumerator(Token);
        await Should.ThrowAsync<KubernetesForbiddenException>(async () => await states.MoveNextAsync());
    }

    [Fact]
    public async Task Followed_run_keeps_address_and_ends_when_deleted()
    {
        using var cluster = new MemoryCluster();
        var run = await cluster.CreateAsync(new OmsUpgradeStatus { Phase = "Backup" }) with { Address = new RunAddress(" --context lab", HasKind: true) };

        await using var states = run.FollowThroughOutagesAsync(cluster.Api, cluster.Time, null, Token).GetAsyncEnumerator(Token);
        (await states.MoveNextAsync()).ShouldBeTrue();
        states.Current!.Address.ShouldBe(run.Address);
        await cluster.Api.DeleteAsync<OmsUpgrade>(run.Metadata.Name, MemoryCluster.Namespace, cancellationToken: Token);
        (await states.MoveNextAsync()).ShouldBeTrue();
        states.Current.ShouldBeNull();
        (await states.MoveNextAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task Wait_after_write_outlasts_outage()
    {
        using var cluster = new MemoryCluster();
        var run = await cluster.CreateAsync(new OmsUpgradeStatus { Phase = "Backup" });
        cluster.FailNext("get", 3, MemoryCluster.Unreachable);
        var change = new Change { Promise = "", Annotations = Change.One("a", "b"), Effect = seen => new TakenUp(seen.Status!.Phase!) };

        var effect = await ChangeWriter.WaitAsync(cluster.Api, run, change, TimeSpan.FromMinutes(1), cluster.Time, Token);

        effect!.Sentence.ShouldBe("Backup");
    }
}
