using Drydock.Clients.MySql;

namespace Drydock.Tests.Unit.Crds.Specs;

/// <summary>How a server of databases is reached.</summary>
internal static class SqlText
{
    public static string Of(MySqlOptions options) => string.Create(
        CultureInfo.InvariantCulture,
        $"{options.Describe()} {options.Password} {options.Database} {options.Tls} {options.ConnectionTimeout}");
}
