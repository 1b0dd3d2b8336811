namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Points in time in receipts: seconds since 1970, because the status has to hold hundreds of them.</summary>
internal static class Timestamps
{
    public static string Text(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    public static DateTimeOffset? Parse(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
}
