namespace Drydock.Tests.Unit.Support;

/// <summary>
/// Assertions for loops that run thousands of times: Shouldly's own compile an expression at every call, which costs
/// more than what is tested.
/// </summary>
internal static class Many
{
    /// <summary>Fails with the elements of which it does not hold.</summary>
    public static void ShouldAll<T>(this IEnumerable<T> items, Func<T, bool> holds, string? because = null) =>
        items.Where(item => !holds(item)).ShouldBeEmpty(because);
}
