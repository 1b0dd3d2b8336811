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

/// <summary>How far TLS towards a database goes.</summary>
public enum DatabaseTlsMode
{
    /// <summary>Plain text, as OMS itself connects.</summary>
    Disabled,

    /// <summary>Encrypted, whoever the server is.</summary>
    Required,

    /// <summary>Encrypted, and the server's certificate is signed by the given CA and names the host.</summary>
    VerifyIdentity,
}
