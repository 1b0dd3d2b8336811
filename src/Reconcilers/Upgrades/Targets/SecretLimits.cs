using Drydock.Clients.Ssh;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>How long the values of a Secret may be that are kept in memory, or in a file in memory, for every target
/// that uses them.</summary>
internal static class SecretLimits
{
    /// <summary>How long a certificate, an authority, a key or a password may be, in bytes; of known hosts see
    /// <see cref="SshMaterial.MaxKnownHostsBytes"/>.</summary>
    public const int MaxBytes = SshMaterial.MaxPrivateKeyBytes;

    /// <summary>Why a value is not taken; null if it is.</summary>
    public static string? Refusal(string secret, string key, byte[]? value)
    {
        var limit = key == SshMaterial.KnownHostsKey ? SshMaterial.MaxKnownHostsBytes : MaxBytes;
        if (value?.Length > limit)
        {
            return $"Secret {secret}: the key {key} has {value.Length} bytes; at most {limit} are taken. Put only what "
                + "this target needs there.";
        }

        return key is "username" or "password" or "host" && value?.Contains((byte)0) == true
            ? $"Secret {secret}: the key {key} has a NUL character, which no server takes. Write the value without it."
            : null;
    }

    public static string? Refusal(string secret, IReadOnlyDictionary<string, byte[]>? data, IEnumerable<string> keys) =>
        keys.Select(key => Refusal(secret, key, data?.GetValueOrDefault(key)))
            .FirstOrDefault(refusal => refusal is not null);

    public static string? Pem(byte[]? value) =>
        PemText.Of(value) is var text && string.IsNullOrWhiteSpace(text) ? null : text;
}
