using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>SQL of the world's TiDBs.</summary>
internal sealed class TiDbWorldSql(TiDbWorld world, TiDbLife life) : IDatabaseSql
{
    public Task<IReadOnlyList<DdlJob>> UnfinishedDdlAsync(CancellationToken cancellationToken) =>
        AskAsync<IReadOnlyList<DdlJob>>(() => [.. world.Ddl.Where(j => !j.HasEnded)]);

    public Task<long> BootstrapVersionAsync(CancellationToken cancellationToken) => AskAsync(() => world.Bootstrap);

    public Task<IReadOnlyList<BinlogNode>?> PumpsAsync(CancellationToken cancellationToken) =>
        AskAsync(() => Nodes(DatabaseComponent.Pump));

    public Task<IReadOnlyList<BinlogNode>?> DrainersAsync(CancellationToken cancellationToken) =>
        AskAsync(() => Nodes(DatabaseComponent.Drainer));

    public Task<IReadOnlyList<string>> DatabasesAsync(CancellationToken cancellationToken) =>
        AskAsync<IReadOnlyList<string>>(() => ["mysql", "orders"]);

    public Task<bool> AnswersAsync(Endpoint server, CancellationToken cancellationToken) =>
        life.LookAsync(() => world.Of(DatabaseComponent.TiDB).Any(p => world.IsReady(p) && server.IsAddress(p.Address)));

    private IReadOnlyList<BinlogNode>? Nodes(DatabaseComponent component) =>
        [.. world.Of(component).Select(p => new BinlogNode($"{p.Name}:id", p.Address, world.NodeStates[p.Name]))];

    private Task<T> AskAsync<T>(Func<T> ask) =>
        life.LookAsync(() => world.Of(DatabaseComponent.TiDB).Any(world.IsReady) ? ask() : throw new DatabaseSqlException(Reasons.ServerUnreachable, "no TiDB takes a connection"));
}
