using Drydock.Clients.Kubernetes.Errors;
using Drydock.Crds.Common;
using Drydock.Tests.Unit.Fakes;
using Drydock.Tests.Unit.Support;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Databases;

/// <summary>A rolling upgrade, disturbed at every write to the API server.</summary>
public sealed class WriteFaultTests
{
    private static readonly Lazy<(List<KubernetesRequest> Writes, DatabaseRunWorld World)> Golden = new(() =>
    {
        List<KubernetesRequest> writes = [];
        var world = Begin();
        world.Api.Before = Counted(writes.Add);
        world.RunUntil(() => world.IsOver, "Succeeded");
        return (writes, world);
    });

    [Fact]
    public void Conflict_at_any_write_of_the_object_ends_golden() => Everywhere(0, (world, at) => world.Api.Before = Nth(at, request =>
    {
        if (IsOfObject(request))
        {
            world.Annotate("example.com/touched", "yes");
        }
    }));

    [Fact]
    public void Lost_answer_to_any_write_ends_golden() => Everywhere(1, (world, at) => world.Api.After = Nth(
        at, request => throw new KubernetesOutcomeUnknownException(request, "the answer never came")));

    [Fact]
    public void Leader_frozen_at_any_write_that_continues_erases_nothing() => Everywhere(2, (world, at) =>
    {
        var writes = 0;
        var thaw = world.Freeze(request => !request.IsRead && ++writes == at);
        var acts = world.Truth.Acts.Count;
        world.RunUntil(() => world.IsOver || world.Truth.Acts.Count >= acts + 3, "the successor goes on");
        var receipts = Receipts(world);
        thaw();
        world.RunFor(TimeSpan.Zero);
        Receipts(world).ShouldBe(receipts);
    });

    private static void Everywhere(int way, Action<DatabaseRunWorld, int> disturb) => Cases.Try(
        Enumerable.Range(1, Golden.Value.Writes.Count).Where(at => Golden.Value.Writes[at - 1].Verb == "patch" || Sample.Takes(at, way, 6)), at =>
        {
            var world = Begin();
            disturb(world, at);
            world.RunUntil(() => world.IsOver, "Succeeded");
            world.Truth.Counts.ShouldBe(Golden.Value.World.Truth.Counts, ignoreOrder: true);
            Receipts(world).ShouldBe(Receipts(Golden.Value.World));
        });

    private static List<(string, int)> Receipts(DatabaseRunWorld world) =>
        [.. (world.Status.Plan?.Steps ?? []).Select(s => ($"{s.Id} {s.State} {s.Receipt?.Count}", s.Attempt))];

    private static Func<KubernetesRequest, Task> Nth(int at, Action<KubernetesRequest> disturb)
    {
        var writes = 0;
        return Counted(request =>
        {
            if (++writes == at)
            {
                disturb(request);
            }
        });
    }

    private static Func<KubernetesRequest, Task> Counted(Action<KubernetesRequest> write) => request =>
    {
        if (!request.IsRead)
        {
            write(request);
        }

        return Task.CompletedTask;
    };

    private static bool IsOfObject(KubernetesRequest request) =>
        request.Resource.StartsWith("databaserollingupgrades", StringComparison.Ordinal);

    private static DatabaseRunWorld Begin() => new DatabaseRunWorld().Apply();
}
