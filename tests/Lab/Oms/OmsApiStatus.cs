namespace Drydock.Lab.Oms;

/// <summary>A plain HTTP error.</summary>
/// <param name="Status">500, 503, …</param>
/// <param name="Times">Only the first so many requests on each host; 0 is always.</param>
public sealed record OmsApiStatus(int Status, int Times = 0);
