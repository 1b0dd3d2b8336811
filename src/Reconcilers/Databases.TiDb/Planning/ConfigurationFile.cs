using System.Globalization;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What MigrateConfiguration does to each file, as it stands in the plan.</summary>
/// <param name="Instance">Whose file.</param>
/// <param name="From">The beginning of the checksum of the file as it was found.</param>
/// <param name="To">The beginning of the checksum of the file for the new version.</param>
/// <param name="Capacity">Of a TiKV: the block cache it is to have where the file names none; null leaves the file
/// alone.</param>
/// <param name="Concurrency">Of a TiKV: the concurrency it is to have where the file names none.</param>
internal sealed record ConfigurationFile(string Instance, string From, string To, string? Capacity, int? Concurrency)
{
    /// <summary>Whether the file is another one for the new version.</summary>
    public bool Changes => From != To;

    /// <summary>The files as one parameter.</summary>
    public static string Text(IEnumerable<DiscoveredInstance> instances) => string.Join(';', instances
        .Where(i => i.ConfigurationFrom is not null)
        .Select(i => string.Create(CultureInfo.InvariantCulture, $"{i.Name}:{i.ConfigurationFrom}:{i.ConfigurationTo}:{i.Settings?.Capacity}:{i.Settings?.Concurrency}")));

    /// <summary>Reads them.</summary>
    /// <exception cref="FormatException">The stored plan is none of this planner's.</exception>
    public static IReadOnlyList<ConfigurationFile> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return
        [
            .. text.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(file => file.Split(':') is { Length: 5 } parts
                ? new ConfigurationFile(parts[0], parts[1], parts[2], parts[3].Length == 0 ? null : parts[3], parts[4].Length == 0 ? null : int.Parse(parts[4], CultureInfo.InvariantCulture))
                : throw new FormatException($"'{file}' is no file of MigrateConfiguration")),
        ];
    }
}
