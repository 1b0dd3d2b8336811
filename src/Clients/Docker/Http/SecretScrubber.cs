namespace Drydock.Clients.Docker;

/// <summary>Removes the secret values of a request from the engine's answer: the engine repeats a malformed environment
/// line in its error, for example.</summary>
internal sealed class SecretScrubber
{
    private const string Mask = "***";
    private readonly string[] _values;

    private SecretScrubber(IEnumerable<string?> values) =>
        _values = [
            .. values.Where(
                v =>
                    !string.IsNullOrEmpty(v)).Select(v =>
                        v!).Distinct(StringComparer.Ordinal).OrderByDescending(v => v.Length)];

    public static SecretScrubber None { get; } = new([]);

    public static SecretScrubber ForEnvironment(IEnumerable<string>? lines) => new((lines ?? []).Select(line =>
    {
        var at = line.IndexOf('=', StringComparison.Ordinal);
        return at > 0 ? line[(at + 1)..] : at == 0 ? line[1..] : line;
    }));

    public static SecretScrubber ForAuth(AuthConfig? auth) => new([auth?.Password, auth?.IdentityToken]);

    public string Scrub(string text)
    {
        foreach (var value in _values)
        {
            text = text.Replace(value, Mask, StringComparison.Ordinal);
        }

        return text;
    }
}
