namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What MigrateConfiguration does to one file.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="From">The beginning of the checksum of the file as it was found.</param>
/// <param name="To">The beginning of the checksum of the file for the new version.</param>
/// <param name="Settings">Of a TiKV: the values if the file has none; null leaves the file unchanged.</param>
internal sealed record ConfigurationFile(string Instance, string From, string To, TikvDefaults? Settings)
{
    public bool IsChanged => From != To;
}

/// <summary>Values for files of TiKVs that have none.</summary>
/// <param name="Capacity">The block cache, as TiKV writes sizes.</param>
/// <param name="Concurrency">The concurrency of the read pools; null leaves the program's default.</param>
internal sealed record TikvDefaults(string Capacity, int? Concurrency);
