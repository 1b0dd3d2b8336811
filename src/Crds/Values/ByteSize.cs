namespace Drydock.Crds.Values;

/// <summary>Sizes as people read them.</summary>
public static class ByteSize
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>A size with one digit after the point and a binary unit: <c>1.5 GiB</c>.</summary>
    public static string Format(double bytes)
    {
        var unit = 0;
        while (bytes >= 1024 && unit < Units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }

        return $"{Math.Round(bytes, unit == 0 ? 0 : 1)} {Units[unit]}";
    }

    /// <summary>The same as a quantity of Kubernetes: <c>1.5Gi</c>.</summary>
    public static string Quantity(double bytes) =>
        Format(bytes).Replace(" ", "", StringComparison.Ordinal).TrimEnd('B');
}
