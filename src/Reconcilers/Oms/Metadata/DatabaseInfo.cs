namespace Drydock.Reconcilers.Oms;

/// <summary>A database of the metadata server.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Exists">Whether it is there.</param>
/// <param name="Charset">Its default character set; empty if it is not there.</param>
/// <param name="Collation">Its default collation; empty if it is not there.</param>
internal sealed record DatabaseInfo(string Name, bool Exists, string Charset, string Collation);
