namespace Drydock.Tests.EndToEnd.Support;

/// <summary>Ends what might wait for ever.</summary>
internal static class Limit
{
    /// <summary>How long any step of a test may take on a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    /// <summary>Does something, and cancels it when it takes too long.</summary>
    /// <param name="what">Completes the sentence "Waited … for …".</param>
    /// <param name="act">What is done.</param>
    /// <exception cref="LabException">It took too long.</exception>
    public static async Task<T> OnAsync<T>(string what, Func<CancellationToken, Task<T>> act)
    {
        var token = TestContext.Current.CancellationToken;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(Patience);
        try
        {
            return await act(limit.Token);
        }
        catch (OperationCanceledException exception) when (!token.IsCancellationRequested)
        {
            throw new LabException($"Waited {Patience.TotalSeconds:0} s in vain for {what}", exception);
        }
    }
}
