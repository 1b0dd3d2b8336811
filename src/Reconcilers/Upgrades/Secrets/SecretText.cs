namespace Drydock.Reconcilers.Upgrades;

/// <summary>The one rule by which a value of a Secret is read as text. Secrets made from files often end in a line end
/// that is not part of the value, so line ends at the end are dropped; all other white space is kept, because it may
/// belong to a password. A value that is then empty counts as absent.</summary>
internal static class SecretText
{
    public static string? Of(IReadOnlyDictionary<string, byte[]>? data, string key) => Of(data?.GetValueOrDefault(key));

    public static string? Of(byte[]? value) =>
        value is not null && Encoding.UTF8.GetString(value).TrimEnd('\r', '\n') is { Length: > 0 } text ? text : null;
}
