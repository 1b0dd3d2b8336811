namespace Drydock.Lab.Oms;

/// <summary>A plain HTTP error.</summary>
/// <param name="Status">500, 503, …</param>
/// <param name="Times">Only the first requests up to this number on each host; 0 for all.</param>
public sealed record OmsApiStatus(int Status, int Times = 0);
