using System.Globalization;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Moments in receipts: seconds since 1970, because hundreds of them have to fit a status.</summary>
internal static class Moments
{
    /// <summary>As text.</summary>
    public static string Text(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads it; null if there is none.</summary>
    public static DateTimeOffset? Parse(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}
