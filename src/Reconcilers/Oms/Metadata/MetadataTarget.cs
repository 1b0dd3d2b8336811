namespace Drydock.Reconcilers.Oms;

/// <summary>Where the metadata server (MySQL, MariaDB or an OceanBase MySQL tenant) is and who connects to
/// it.</summary>
/// <param name="Host">Host name or address.</param>
/// <param name="Port">TCP port.</param>
/// <param name="User">Account; on OceanBase with tenant and cluster (<c>user@tenant#cluster</c>).</param>
/// <param name="Password">Its password.</param>
/// <param name="Tls">How the connection is encrypted; null sends everything, the password exchange included,
/// unencrypted.</param>
internal sealed record MetadataTarget(string Host, int Port, string User, Secret Password, MetadataTls? Tls = null)
{
    public string Address => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}

/// <summary>Encryption of the connection to the metadata server.</summary>
/// <param name="VerifyServer">Whether the server's certificate and name must be right. If not, the certificate must
/// still be signed by <paramref name="Authority"/> where one is given.</param>
/// <param name="Authority">The certificates that may have signed it, as PEM text; null uses the system's.</param>
/// <param name="CertificateFile">Client certificate, if the server asks for one.</param>
/// <param name="KeyFile">Its private key.</param>
internal sealed record MetadataTls(
    bool VerifyServer = true, string? Authority = null, string? CertificateFile = null, string? KeyFile = null);
