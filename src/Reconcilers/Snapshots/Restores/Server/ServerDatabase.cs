namespace Drydock.Reconcilers.Snapshots;

/// <summary>A database on the server.</summary>
/// <param name="Name">Its name as it was asked for.</param>
/// <param name="Exists">Whether it is there.</param>
/// <param name="Tables">Base tables in it.</param>
/// <param name="Bytes">Bytes of data and indexes, as the server estimates them.</param>
/// <param name="Definers">Accounts that its views, routines, triggers and events run as, <c>user@host</c>.</param>
internal sealed record ServerDatabase(string Name, bool Exists, int Tables, long Bytes, IReadOnlyList<string> Definers);
