using System.Security.Cryptography;
using Drydock.Crds.Common;
using Drydock.Reconcilers.OmsUpgrades.Metadata;

namespace Drydock.Reconcilers.OmsUpgrades.Access;

/// <summary>The database client library reads certificates from files: a CA from a Secret becomes one, named after its contents.</summary>
internal static class DatabaseTlsFiles
{
    /// <summary>TLS settings for the client; null for none.</summary>
    public static MetadataTls? For(DatabaseTls? tls, byte[]? certificateAuthority)
    {
        if (tls is null || tls.Mode == DatabaseTlsMode.Disabled)
        {
            return null;
        }

        return new MetadataTls(tls.Mode == DatabaseTlsMode.VerifyIdentity, certificateAuthority is null ? null : FileOf(certificateAuthority));
    }

    /// <summary>A file with these bytes; the same bytes give the same file. A CA certificate is public.</summary>
    internal static string FileOf(byte[] content)
    {
        var directory = Path.Combine(Path.GetTempPath(), "drydock-ca");
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = Path.Combine(directory, Convert.ToHexStringLower(SHA256.HashData(content)) + ".crt");
        if (!File.Exists(path))
        {
            var part = Path.Combine(directory, Path.GetRandomFileName());
            File.WriteAllBytes(part, content);
            File.Move(part, path, overwrite: true);
        }

        return path;
    }
}
