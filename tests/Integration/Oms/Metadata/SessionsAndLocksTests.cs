using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Integration.Oms.Metadata;

[Collection(MetadataServerCollection.Name)]
public sealed class SessionsAndLocksTests(MetadataServer server)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Sessions_of_others_on_databases_are_listed_and_ended()
    {
        var database = await server.DatabaseAsync();
        var elsewhere = await server.DatabaseAsync();
        await using var one = await OnAsync(database);
        await using var two = await OnAsync(database);
        await using var other = await OnAsync(elsewhere);
        var first = await IdAsync(one);
        var second = await IdAsync(two);

        var sessions = await server.Root.OtherSessionsAsync([database], None);
        sessions.Select(session => session.Id).ShouldBe([first, second], ignoreOrder: true);
        sessions.ShouldAllBe(session => session.User == "root" && session.Database == database
            && session.Command == "Sleep" && session.Host.StartsWith("127.0.0.1"));
        (await server.Root.OtherSessionsAsync([database.ToUpperInvariant()], None)).Count.ShouldBe(2);
        (await server.Root.OtherSessionsAsync([], None)).ShouldBeEmpty();

        await server.Root.EndSessionsAsync([first, 4_000_000_000], None);
        await Should.ThrowAsync<MySqlSessionException>(() => IdAsync(one));
        (await IdAsync(two)).ShouldBe(second);
        (await IdAsync(other)).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task EndSessionsAsync_for_another_account_needs_a_privilege()
    {
        await using var other = await server.ConnectAsync();

        (await Should.ThrowAsync<OmsMetadataException>(async () => await server.Oms.EndSessionsAsync(
            [await IdAsync(other)], None))).Kind.ShouldBe(OmsMetadataErrorKind.AccessDenied);
    }

    [Fact]
    public async Task Named_lock_is_held_by_one_session_until_disposed()
    {
        var name = Name();
        var held = (await server.Root.TryLockAsync(name, TimeSpan.Zero, None)).ShouldNotBeNull();

        (await held.IsStillHeldAsync(None)).ShouldBeTrue();
        (await server.Root.LockHolderAsync(name, None)).ShouldBe(held.ConnectionId);
        (await server.Oms.TryLockAsync(name, TimeSpan.Zero, None)).ShouldBeNull();
        (await held.RunAsync((session, _) => IdAsync(session), None)).ShouldBe(held.ConnectionId);

        await held.DisposeAsync();
        await held.DisposeAsync();

        (await server.Root.LockHolderAsync(name, None)).ShouldBeNull();
        await using var next = (await server.Root.TryLockAsync(name, TimeSpan.FromSeconds(1), None)).ShouldNotBeNull();
        next.ConnectionId.ShouldNotBe(held.ConnectionId);
    }

    [Fact]
    public async Task Ended_session_loses_its_lock_and_runs_nothing()
    {
        var name = Name();
        await using var held = (await server.Root.TryLockAsync(name, TimeSpan.Zero, None)).ShouldNotBeNull();

        await server.Root.EndSessionsAsync([held.ConnectionId], None);

        await using var successor = (await server.Root.TryLockAsync(name, TimeSpan.FromSeconds(30), None))
            .ShouldNotBeNull();
        (await held.IsStillHeldAsync(None)).ShouldBeFalse();
        var ran = false;
        var error = await Should.ThrowAsync<OmsMetadataException>(() => held.RunAsync(
            (_, _) =>
            {
                ran = true;
                return Task.FromResult(0);
            },
            None));
        error.Kind.ShouldBe(OmsMetadataErrorKind.LockLost);
        error.Message.ShouldContain(name);
        ran.ShouldBeFalse();
        (await successor.IsStillHeldAsync(None)).ShouldBeTrue();
    }

    [Fact]
    public async Task Work_under_lock_is_serialized_and_errors_are_translated()
    {
        await using var held = (await server.Root.TryLockAsync(Name(), TimeSpan.Zero, None)).ShouldNotBeNull();

        var ids = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => held.RunAsync((session, _) => IdAsync(session), None)));

        ids.ShouldAllBe(id => id == held.ConnectionId);
        var error = await Should.ThrowAsync<OmsMetadataException>(() => held.RunAsync(
            (session, token) => session.ExecuteAsync("DROP DATABASE nowhere_at_all canary", token),
            None));
        error.Message.ShouldContain("(error 1064)");
        error.ToString().ShouldNotContain("canary");
        (await held.IsStillHeldAsync(None)).ShouldBeTrue();
    }

    private static string Name() => $"test'\\-{Guid.NewGuid():N}";

    private async Task<MySqlSession> OnAsync(string database)
    {
        var session = await server.ConnectAsync();
        await session.ExecuteAsync($"USE {MetadataServer.Quote(database)}", None);
        return session;
    }

    private static Task<long> IdAsync(MySqlSession session) => session.NumberAsync("SELECT CONNECTION_ID()", None);
}
