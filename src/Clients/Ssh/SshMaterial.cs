namespace Drydock.Clients.Ssh;

/// <summary>The credentials of the OpenSSH client: a private key and the accepted host keys. Hosts that are not listed
/// are refused.</summary>
public sealed class SshMaterial : IEquatable<SshMaterial>
{
    public const string PrivateKeyKey = "ssh-privatekey";

    public const string KnownHostsKey = "known_hosts";

    public const string PassphraseKey = "passphrase";

    /// <summary>Maximum length of the private key in bytes.</summary>
    public const int MaxPrivateKeyBytes = 64 * 1024;

    /// <summary>Maximum length of the known hosts in bytes.</summary>
    public const int MaxKnownHostsBytes = 256 * 1024;

    /// <exception cref="RemoteException">The key is encrypted and there is no passphrase.</exception>
    public SshMaterial(byte[] privateKey, byte[] knownHosts, byte[]? passphrase = null)
    {
        PrivateKey = privateKey;
        KnownHosts = knownHosts;
        IsEncrypted = PrivateKeyFormat.IsEncrypted(privateKey);
        Passphrase = IsEncrypted ? passphrase ?? [] : [];
        if (IsEncrypted && Passphrase.IsEmpty)
        {
            throw new RemoteException(
                $"ssh material: the private key is encrypted, but {PassphraseKey} is missing or empty. Add the key "
                    + $"{PassphraseKey} to the Secret, or store the private key without a passphrase.",
                RemoteRefusal.LocalClient);
        }
    }

    public static IReadOnlyList<string> SecretKeys { get; } = [PrivateKeyKey, KnownHostsKey, PassphraseKey];

    public ReadOnlyMemory<byte> PrivateKey { get; }

    public bool IsEncrypted { get; }

    /// <summary>The passphrase; empty if the key is not encrypted. Its first line counts.</summary>
    public ReadOnlyMemory<byte> Passphrase { get; }

    /// <summary>Lines of a known_hosts file, as <c>ssh-keyscan</c> prints them (a port other than 22 as
    /// <c>[host]:port</c>).</summary>
    public ReadOnlyMemory<byte> KnownHosts { get; }

    /// <summary>Takes the material from a Secret's data: <c>ssh-privatekey</c>, <c>known_hosts</c> and, for an
    /// encrypted key, <c>passphrase</c>.</summary>
    /// <exception cref="RemoteException">One is missing or empty; the message names it, never a value.</exception>
    public static SshMaterial FromSecretData(IReadOnlyDictionary<string, byte[]> data)
    {
        foreach (var key in new[] { PrivateKeyKey, KnownHostsKey })
        {
            if (!data.TryGetValue(key, out var value) || value.Length == 0)
            {
                throw new RemoteException(
                    $"ssh material: {key} missing or empty. Set {PrivateKeyKey} and {KnownHostsKey} (`ssh-keyscan` "
                        + "prints the latter).",
                    RemoteRefusal.LocalClient);
            }
        }

        return new SshMaterial(data[PrivateKeyKey], data[KnownHostsKey], data.GetValueOrDefault(PassphraseKey));
    }

    public bool Equals(SshMaterial? other) => other is not null
        && KnownHosts.Span.SequenceEqual(other.KnownHosts.Span)
        && CryptographicOperations.FixedTimeEquals(PrivateKey.Span, other.PrivateKey.Span)
        && CryptographicOperations.FixedTimeEquals(Passphrase.Span, other.Passphrase.Span);

    public override bool Equals(object? obj) => Equals(obj as SshMaterial);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(KnownHosts.Span);
        return hash.ToHashCode();
    }

    public override string ToString() => "ssh material (not shown)";
}

/// <summary>Reads from the outer form of a private key whether a passphrase protects it.</summary>
internal static class PrivateKeyFormat
{
    private const string OpenSshBegin = "-----BEGIN OPENSSH PRIVATE KEY-----";

    // In base64: "openssh-key-v1", a NUL, and the zeros with which the length of the cipher's name begins; then the
    // rest of that length, and "none" (PROTOCOL.key of OpenSSH).
    private const string Magic = "b3BlbnNzaC1rZXktdjEAAAAA";
    private const string WithoutCipher = Magic + "BG5vbmU";

    /// <summary>True for an OpenSSH key with a cipher, an encrypted PKCS#8 key and an encrypted PEM key of the older
    /// form. False for anything that is not a private key: the ssh program says what is wrong with it.</summary>
    public static bool IsEncrypted(ReadOnlySpan<byte> key)
    {
        var text = Encoding.ASCII.GetString(key);
        return text.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal)
            || text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal)
            || HasCipher(text);
    }

    private static bool HasCipher(string text)
    {
        var begin = text.IndexOf(OpenSshBegin, StringComparison.Ordinal);
        var head = begin < 0 ? "" : string.Concat(text
            .Skip(begin + OpenSshBegin.Length).Where(c => !char.IsWhiteSpace(c)).Take(WithoutCipher.Length));
        return head.Length == WithoutCipher.Length
            && head.StartsWith(Magic, StringComparison.Ordinal)
            && head != WithoutCipher;
    }
}
