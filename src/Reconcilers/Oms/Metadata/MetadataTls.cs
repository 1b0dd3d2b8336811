namespace Drydock.Reconcilers.Oms;

/// <summary>Encryption of the connection to the metadata server.</summary>
/// <param name="VerifyServer">Whether the server's certificate and name must be right. If not, the certificate must
/// still be signed by <paramref name="Authority"/> where one is given.</param>
/// <param name="Authority">The certificates that may have signed it, as PEM text; null uses the system's.</param>
/// <param name="CertificateFile">Client certificate, if the server asks for one.</param>
/// <param name="KeyFile">Its private key.</param>
internal sealed record MetadataTls(
    bool VerifyServer = true, string? Authority = null, string? CertificateFile = null, string? KeyFile = null);
