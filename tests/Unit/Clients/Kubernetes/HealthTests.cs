using Drydock.Clients.Kubernetes.Health;
using Drydock.Clients.Kubernetes.Watching;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

public sealed class HealthTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Liveness_fails_and_names_watch_without_sign_of_life()
    {
        var watcher = new ResourceWatcher<Widget>(
            new FakeKubernetes(RuntimeWorld.Json, _time), null, _time, NullLogger<ResourceWatcher<Widget>>.Instance);
        IReadOnlyList<IWatchHealth> watches = [watcher];

        _time.Advance(TimeSpan.FromMinutes(5));
        HealthChecks.Live(watches).Status.ShouldBe(HealthStatus.Healthy);
        _time.Advance(TimeSpan.FromSeconds(1));
        var dead = HealthChecks.Live(watches);

        dead.Status.ShouldBe(HealthStatus.Unhealthy);
        dead.Description.ShouldBeWorded();
    }

    [Fact]
    public async Task Liveness_holds_during_any_api_server_outage()
    {
        await using var world = new RuntimeWorld();
        world.Api.Before = r => throw new KubernetesUnreachableException(r, "connection refused");
        IReadOnlyList<IWatchHealth> watches = [world.Watcher];
        world.Start();
        for (var i = 0; i < 120; i++)
        {
            await world.Time.AdvanceToTimerAsync(due => due <= TimeSpan.FromSeconds(36)).Bounded();
            HealthChecks.Live(watches).Status.ShouldBe(HealthStatus.Healthy);
        }

        world.Time.GetUtcNow().ShouldBeGreaterThan(new DateTimeOffset(2026, 1, 1, 0, 30, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_living_watch_keeps_the_process_alive_for_ever()
    {
        await using var world = new RuntimeWorld();
        IReadOnlyList<IWatchHealth> watches = [world.Watcher];
        world.Start();
        for (var i = 0; i < 100; i++)
        {
            await world.Api.CreateAsync(Widget.Named($"w{i}"));
            while (!(await world.NextAsync()).StartsWith($"w{i}@", StringComparison.Ordinal))
            {
                // A resync hands out the earlier ones again.
            }

            HealthChecks.Live(watches).Status.ShouldBe(HealthStatus.Healthy);
            world.Time.Advance(TimeSpan.FromMinutes(1));
        }
    }

    [Theory]
    [InlineData(false, null, HealthStatus.Unhealthy)]
    [InlineData(true, null, HealthStatus.Healthy)]
    [InlineData(true, "refused", HealthStatus.Degraded)]
    public void Readiness_waits_for_the_first_list_and_tells_of_interruptions(
        bool synced, string? problem, HealthStatus expected)
    {
        var result = HealthChecks.Ready([new Watch(synced, problem)]);

        result.Status.ShouldBe(expected);
    }

    private sealed record Watch(bool HasSynced, string? Problem) : IWatchHealth
    {
        public string Name => "things";

        public TimeSpan Age => TimeSpan.Zero;
    }
}
