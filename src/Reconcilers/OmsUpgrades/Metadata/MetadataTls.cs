namespace Drydock.Reconcilers.OmsUpgrades.Metadata;

/// <summary>Encryption of the connection to the metadata server. The files are PEM.</summary>
/// <param name="VerifyServer">Whether the server's certificate and name must be right. If not, the certificate must still be signed by <paramref name="CaFile"/> where one is given.</param>
/// <param name="CaFile">The certificates that may have signed it; null uses the system's.</param>
/// <param name="CertificateFile">Client certificate, if the server asks for one.</param>
/// <param name="KeyFile">Its private key.</param>
public sealed record MetadataTls(bool VerifyServer = true, string? CaFile = null, string? CertificateFile = null, string? KeyFile = null);
