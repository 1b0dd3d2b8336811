namespace Drydock.Reconcilers.Oms;

/// <summary>Brings addresses of nodes into one form, so that sets of them can be compared.</summary>
internal static partial class NodeAddress
{
    /// <summary>The address in its usual form: <c>010.0.0.1</c> and <c>::ffff:10.0.0.1</c> are <c>10.0.0.1</c>; a host
    /// name in lower case without its last dot.</summary>
    public static string Normalize(string address)
    {
        var text = address.Trim();
        if (DottedQuad().IsMatch(text))
        {
            // The framework would read a leading zero as octal.
            return string.Join('.', text.Split('.').Select(part => int.Parse(part, CultureInfo.InvariantCulture)));
        }

        if (text.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(text, out var ip))
        {
            return (ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip).ToString();
        }

        return text.TrimEnd('.').ToLowerInvariant();
    }

    public static bool Same(string one, string other) =>
        string.Equals(Normalize(one), Normalize(other), StringComparison.Ordinal);

    public static IReadOnlySet<string> Set(IEnumerable<string> addresses) =>
        new SortedSet<string>(addresses.Select(Normalize), StringComparer.Ordinal);

    [GeneratedRegex(@"^[0-9]{1,3}(\.[0-9]{1,3}){3}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DottedQuad();
}
