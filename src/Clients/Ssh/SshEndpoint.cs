using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Drydock.Clients.Remote;

namespace Drydock.Clients.Ssh;

/// <summary>A host and who logs in there.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="User">The account.</param>
/// <param name="Port">sshd's port.</param>
public sealed partial record SshEndpoint(string Host, string User, int Port = SshEndpoint.DefaultPort)
{
    /// <summary>22.</summary>
    public const int DefaultPort = 22;

    /// <summary>Whether host and user can be passed on the ssh program's command line.</summary>
    public bool IsSafe => SafeUser().IsMatch(User) && SafeHost().IsMatch(Host) && Port is > 0 and <= ushort.MaxValue;

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{User}@{Host}:{Port}");

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9_.-]*\\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SafeUser();

    [GeneratedRegex("^[A-Za-z0-9:][A-Za-z0-9.:%-]*\\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SafeHost();
}

/// <summary>
/// The credentials of the OpenSSH client: a private key and the accepted host keys. Hosts that are not listed are
/// refused.
/// </summary>
public sealed class SshMaterial : IEquatable<SshMaterial>
{
    /// <summary>The Secret key of the private key (the one of <c>kubernetes.io/ssh-auth</c>).</summary>
    public const string PrivateKeyKey = "ssh-privatekey";

    /// <summary>The Secret key of the known hosts.</summary>
    public const string KnownHostsKey = "known_hosts";

    /// <summary>Maximum length of the private key in bytes.</summary>
    public const int MaxPrivateKeyBytes = 64 * 1024;

    /// <summary>Maximum length of the known hosts in bytes.</summary>
    public const int MaxKnownHostsBytes = 256 * 1024;

    /// <summary>Takes both files unchanged.</summary>
    public SshMaterial(byte[] privateKey, byte[] knownHosts)
    {
        ArgumentNullException.ThrowIfNull(privateKey);
        ArgumentNullException.ThrowIfNull(knownHosts);
        PrivateKey = privateKey;
        KnownHosts = knownHosts;
    }

    /// <summary>An OpenSSH or PEM private key without passphrase.</summary>
    public ReadOnlyMemory<byte> PrivateKey { get; }

    /// <summary>
    /// Lines of a known_hosts file, as <c>ssh-keyscan</c> prints them (a port other than 22 as <c>[host]:port</c>).
    /// </summary>
    public ReadOnlyMemory<byte> KnownHosts { get; }

    /// <summary>Takes the material from a Secret's data: <c>ssh-privatekey</c> and <c>known_hosts</c>.</summary>
    /// <exception cref="RemoteException">One is missing or empty; the message names it, never a value.</exception>
    public static SshMaterial FromSecretData(IReadOnlyDictionary<string, byte[]> data)
    {
        ArgumentNullException.ThrowIfNull(data);
        foreach (var key in new[] { PrivateKeyKey, KnownHostsKey })
        {
            if (!data.TryGetValue(key, out var value) || value.Length == 0)
            {
                throw new RemoteException(
                    "ssh",
                    $"ssh material: {key} missing or empty. Set {PrivateKeyKey} and {KnownHostsKey} (`ssh-keyscan` "
                        + "prints the latter).",
                    RemoteRefusal.LocalClient);
            }
        }

        return new SshMaterial(data[PrivateKeyKey], data[KnownHostsKey]);
    }

    /// <inheritdoc/>
    public bool Equals(SshMaterial? other) => other is not null
        && KnownHosts.Span.SequenceEqual(other.KnownHosts.Span)
        && CryptographicOperations.FixedTimeEquals(PrivateKey.Span, other.PrivateKey.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SshMaterial);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(KnownHosts.Span);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => "ssh material (not shown)";
}
