namespace Drydock.Tests.Unit.Databases;

/// <summary>A rolling upgrade, disturbed at every write to the API server.</summary>
public sealed class WriteFaultTests
{
    private static readonly Lazy<(List<KubernetesRequest> Writes, DatabaseRunWorld World)> Golden = new(() =>
    {
        List<KubernetesRequest> writes = [];
        var world = Begin();
        world.Api.Before = request =>
        {
            writes.AddRange(request.IsRead ? [] : [request]);
            return Task.CompletedTask;
        };
        world.RunUntil(() => world.IsOver, "Succeeded");
        return (writes, world);
    });

    [Fact]
    public void Leader_frozen_at_any_write_that_continues_erases_nothing() => Cases.Try(
        Enumerable.Range(1, Golden.Value.Writes.Count)
            .Where(at => Golden.Value.Writes[at - 1].Verb == "patch" || Sample.Takes(at, 2, 6)),
        at =>
    {
        var (world, writes) = (Begin(), 0);
        var thaw = world.Freeze(request => !request.IsRead && ++writes == at);
        var acts = world.Truth.Acts.Count;
        world.RunUntil(() => world.IsOver || world.Truth.Acts.Count >= acts + 3, "the successor goes on");
        var receipts = Receipts(world);
        thaw();
        world.RunFor(TimeSpan.Zero);
        Receipts(world).ShouldBe(receipts);
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Truth.Counts.ShouldBe(Golden.Value.World.Truth.Counts, ignoreOrder: true);
        Receipts(world).ShouldBe(Receipts(Golden.Value.World));
    });

    private static List<(string, int)> Receipts(DatabaseRunWorld world) =>
        [.. (world.Status.Plan?.Steps ?? []).Select(s => ($"{s.Id} {s.State} {s.Receipt?.Count}", s.Attempt))];

    private static DatabaseRunWorld Begin() => new DatabaseRunWorld().Apply();
}
