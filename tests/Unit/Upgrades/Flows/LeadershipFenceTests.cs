namespace Drydock.Tests.Unit.Upgrades;

/// <summary>Nobody acts on a lease that may end during the act.</summary>
public sealed class LeadershipFenceTests
{
    [Fact]
    public async Task Act_is_refused_without_a_lease_that_lasts_long_enough()
    {
        await using var api = await LeaseServer.StartAsync();
        var time = new ManualTimeProvider();
        await using var leader = new Candidate(Electors.Of(api, time, Electors.Options("a")));
        await leader.Leading.Task.Bounded();
        var fence = new LeadershipFence(leader.Elector);
        fence.EnsureMayAct();

        api.Before = LeaseServer.Down;
        time.Advance(TimeSpan.FromSeconds(11));

        Should.Throw<ActRefusedException>(fence.EnsureMayAct).Message.ShouldContain("lease ops/operator");
    }

    [Fact]
    public void Process_that_runs_alone_may_always_act()
    {
        var fence = new LeadershipFence(elector: null);

        Should.NotThrow(fence.EnsureMayAct);
        fence.Ended.CanBeCanceled.ShouldBeFalse();
    }

    [Fact]
    public async Task Act_that_could_come_after_the_end_of_the_lease_is_refused_and_the_end_is_told()
    {
        await using var api = await LeaseServer.StartAsync();
        var time = new ManualTimeProvider();
        var options = Electors.Options("a") with { LeaseDuration = TimeSpan.FromSeconds(11) };
        await using var leader = new Candidate(Electors.Of(api, time, options));
        await leader.Leading.Task.Bounded();
        var fence = new LeadershipFence(leader.Elector);
        var ended = new TaskCompletionSource();
        await using var told = fence.Ended.Register(ended.SetResult);

        api.Before = LeaseServer.Down;
        time.Advance(TimeSpan.FromSeconds(9.5));
        fence.Left.ShouldBeGreaterThan(TimeSpan.Zero);
        Should.Throw<ActRefusedException>(fence.EnsureMayAct);
        ended.Task.IsCompleted.ShouldBeFalse();

        time.Advance(TimeSpan.FromSeconds(2));
        await ended.Task.Bounded();
    }
}
