namespace Drydock.Lab.Oms;

/// <summary>One row of the audit; rows are ordered by <paramref name="Id"/>.</summary>
/// <param name="Id">Ascending.</param>
/// <param name="At">Time of the write, by the server's clock and time zone, with microseconds.</param>
/// <param name="HostIp">OMS_HOST_IP of the container.</param>
/// <param name="Version">Three numbers, <c>3.2.2</c> or <c>4.2.2</c>.</param>
/// <param name="Event">One of <see cref="OmsEvents"/>.</param>
/// <param name="Detail">Detail of the event.</param>
/// <param name="Container">The first 12 digits of the container's id.</param>
public sealed record OmsAuditEntry(
    long Id, string At, string HostIp, string Version, string Event, string Detail, string Container)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Id,4} {At} {HostIp} {Version} {Event} {Detail}".TrimEnd();
}
