using Drydock.Abstractions.Entities;

namespace Drydock.Crds.Common;

/// <summary>TLS towards a MySQL-protocol server.</summary>
public sealed record DatabaseTls
{
    /// <summary>
    /// Whether the connection is encrypted and the server's certificate checked. The CA is the key <c>ca.crt</c> of the
    /// credentials Secret.
    /// </summary>
    public DatabaseTlsMode Mode { get; init; }
}
