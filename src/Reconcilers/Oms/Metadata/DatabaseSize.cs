namespace Drydock.Reconcilers.Oms;

/// <summary>Size of a database as the server estimates it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Tables">Number of base tables.</param>
/// <param name="Bytes">Data and indexes, in bytes; an estimate.</param>
/// <param name="Rows">Rows; an estimate.</param>
internal sealed record DatabaseSize(string Name, int Tables, long Bytes, long Rows);
