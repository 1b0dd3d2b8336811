using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>SQL of the world's TiDBs, as rows.</summary>
internal sealed class TiDbWorldSql(TiDbWorld world, TiDbLife life) : TiDbSql(() => world.Upgrade, new DatabaseSecrets())
{
    protected override Task<List<Func<string, string>>> QueryAsync(
        IReadOnlyList<ServiceAddress> servers, string statement, CancellationToken cancellationToken) =>
        life.LookAsync(() =>
            world.Of(DatabaseComponent.TiDB).Any(p => world.IsReady(p) && servers.Any(s => s.Is(p.Address)))
                ? Rows(statement).Select(row => (Func<string, string>)(column => row[column])).ToList()
                : throw new DatabaseSqlException(Reasons.ServerUnreachable, "no TiDB takes a connection"));

    private IEnumerable<Dictionary<string, string>> Rows(string statement) => statement switch
    {
        "ADMIN SHOW DDL JOBS" => world.ReadDdl().Select(j => Row(
            ("JOB_ID", j.Id), ("DB_NAME", j.Database), ("TABLE_NAME", j.Table), ("JOB_TYPE", j.Type),
            ("STATE", j.State))),
        "SHOW PUMP STATUS" => Nodes(DatabaseComponent.Pump),
        "SHOW DRAINER STATUS" => Nodes(DatabaseComponent.Drainer),
        "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA" =>
            [Row(("SCHEMA_NAME", "mysql")), Row(("SCHEMA_NAME", "orders"))],
        "SELECT 1" => [Row(("1", "1"))],
        _ => [Row(("VARIABLE_VALUE", world.Bootstrap.ToString(CultureInfo.InvariantCulture)))],
    };

    private IEnumerable<Dictionary<string, string>> Nodes(DatabaseComponent component) =>
        world.Of(component).Select(
            p => Row(("NodeID", $"{p.Name}:id"), ("Address", p.Address), ("State", world.NodeStates[p.Name])));

    private static Dictionary<string, string> Row(params (string Column, string Value)[] cells) =>
        cells.ToDictionary(c => c.Column, c => c.Value, StringComparer.Ordinal);
}
