using System.Data.Common;

namespace Drydock.Clients.MySql;

/// <summary>The ADO.NET factory of this provider.</summary>
public sealed class MySqlProviderFactory : DbProviderFactory
{
    /// <summary>The only instance.</summary>
    public static readonly MySqlProviderFactory Instance = new();

    private MySqlProviderFactory()
    {
    }

    /// <inheritdoc/>
    public override DbConnection CreateConnection() => new MySqlConnection();

    /// <inheritdoc/>
    public override DbCommand CreateCommand() => new MySqlCommand();

    /// <inheritdoc/>
    public override DbParameter CreateParameter() => new MySqlConnector.MySqlParameter();

    /// <inheritdoc/>
    public override DbConnectionStringBuilder CreateConnectionStringBuilder() => new MySqlConnectionStringBuilder();
}
