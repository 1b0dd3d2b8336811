namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The finding for a failure of a client in the preflight of a TiDB upgrade.</summary>
internal static class TiDbFailures
{
    public static Finding? Finding(Exception failure, string? node, string? field)
    {
        return ClientFailures.Finding(failure, node, field) ?? failure switch
        {
            TiDbApiException api => Of(api.Reason, field ?? api.Field),
            DatabaseSqlException sql => Of(sql.Reason, field ?? sql.Field ?? "spec.tidb.credentialsSecretRef"),
            SnapshotException storage => Of(StorageReasons.Of(storage), field),
            _ => null,
        };

        Finding Of(string reason, string? found) =>
            new() { Reason = reason, Message = failure.Message, Node = node, Field = found };
    }
}
