namespace Drydock.Lab.Oms;

/// <summary>A <see cref="MetaDb"/> of the lab for OMS.</summary>
public sealed class OmsMariaDb(MetaDb metaDb) : IOmsMetaDb
{
    /// <inheritdoc/>
    public string Host => metaDb.Address;

    /// <inheritdoc/>
    public int Port => metaDb.Port;

    /// <inheritdoc/>
    public Task<string> ExecAsync(string sql, string? db = null) => metaDb.ExecAsync(sql, db);
}
