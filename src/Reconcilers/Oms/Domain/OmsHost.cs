namespace Drydock.Reconcilers.Oms;

/// <summary>A host as cluster management knows it (<c>host</c> in the cm database).</summary>
/// <param name="Ip">Its address.</param>
/// <param name="Status">Its status; <c>ONLINE</c> is the only value known publicly.</param>
internal sealed record OmsHost(string Ip, string Status);
