using System.Globalization;
using Drydock.Clients.MySql;
using Drydock.Clients.Snapshots;
using Drydock.Tests.Integration.Clients.MySql;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>The lock of the session that leads a load keeps everybody else from altering the database.</summary>
public sealed class LoadFenceTests(MariaDbServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Load_on_OceanBase_with_named_locks_is_fenced()
    {
        using var folder = new TemporaryStorage();
        await using var oceanBase = new MariaDbServer { Arguments = ["--version=5.7.25-OceanBase-v4.2.1"] };
        await oceanBase.InitializeAsync();
        await using var leader = await LoadSession.OpenAsync(folder.At("s"), oceanBase.Options(), "t_rm", Token);
        leader.Server.Kind.ShouldBe(MySqlServerKind.OceanBase);
        await leader.LockAsync("s", "t_rm", SessionMarker.RestoreLock("t_rm"), Token);
        leader.LockName.ShouldBe(SessionMarker.RestoreLock("t_rm"));
        InitCommand.Loader("s", "t_rm", leader).ShouldSatisfyAllConditions(
            login => login.ShouldContain(string.Create(CultureInfo.InvariantCulture, $"IS_USED_LOCK('{leader.LockName}')={leader.Connection.ConnectionId}")),
            login => login.ShouldContain(SessionMarker.LoaderLock("s", "t_rm")));
        await using var second = await LoadSession.OpenAsync(folder.At("s"), oceanBase.Options(), "t_rm", Token);
        (await Should.ThrowAsync<SnapshotException>(() => second.LockAsync("s", "t_rm", SessionMarker.RestoreLock("t_rm"), Token))).Failure.ShouldBe(SnapshotFailure.Busy);
    }

    [Fact]
    public async Task Indexes_are_recreated_only_while_leader_holds_lock()
    {
        using var folder = new TemporaryStorage();
        var location = folder.At("s");
        var database = await server.CreateDatabaseAsync();
        await using var look = await server.OpenAsync(database);
        await MariaDbServer.ExecuteAsync(look, "CREATE TABLE t (a INT PRIMARY KEY, b INT, KEY kb (b)) ENGINE=InnoDB");
        await MariaDbServer.ExecuteAsync(look, "INSERT INTO t SELECT seq, seq FROM seq_1_to_20000");
        await new Snapshotter().TakeAsync(new SnapshotRequest { Location = location, Connection = server.Options(), Databases = [database] }, Token);
        await MariaDbServer.ExecuteAsync(look, "TRUNCATE t");
        var load = await DatabaseLoad.ReadAsync(new SnapshotLoadRequest { Location = location, Connection = server.Options(), Database = database }, "", Token);
        await using var leader = await LoadSession.OpenAsync(location, server.Options(), database, Token);
        await leader.LockAsync(location.Id, load.Key, SessionMarker.RestoreLock(database), Token);
        var indexes = await DeferredIndexes.TakeOffAsync(load, leader, Token);

        await leader.ExecuteAsync("DO RELEASE_LOCK('" + leader.LockName + "')", Token);
        (await Should.ThrowAsync<SnapshotException>(() => indexes.RecreateAsync(Token))).Failure.ShouldBe(SnapshotFailure.ConnectionLost);
        (await KeysAsync(leader, database)).ShouldBe(1);

        await leader.ExecuteAsync("DO GET_LOCK('" + leader.LockName + "', 0)", Token);
        await indexes.RecreateAsync(Token);
        (await KeysAsync(leader, database)).ShouldBe(2);
    }

    private static Task<long> KeysAsync(LoadSession session, string database) => session.AskAsync(async connection =>
    {
        await using var command = new MySqlCommand($"SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = '{database}'", connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(Token), CultureInfo.InvariantCulture);
    });
}
