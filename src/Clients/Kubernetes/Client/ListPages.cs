namespace Drydock.Clients.Kubernetes.Client;

/// <summary>Reads the pages of a list one after another. A page with too many bytes is requested again with fewer
/// objects. If the server no longer has the state that the pages show, the list begins again.</summary>
internal static class ListPages
{
    // A server keeps a state for minutes. If lists expire again and again, the caller pauses.
    private const int MostBeginnings = 3;

    public static async Task<KubernetesList<TEntity>> ReadAsync<TEntity>(
        ListOptions options, Func<(string Name, string? Value)[], Task<ListPage<TEntity>>> readPage)
        where TEntity : class, IKubernetesObject
    {
        var items = new List<TEntity>();
        var unreadable = new List<UnreadableObject>();
        var (pageSize, beginnings, next) = (options.PageSize, 1, (string?)null);
        while (true)
        {
            ListPage<TEntity> page;
            try
            {
                page = await readPage(
                [
                    ("limit", pageSize.ToString(CultureInfo.InvariantCulture)),
                    ("continue", next),
                    ("labelSelector", options.LabelSelector),
                    ("fieldSelector", options.FieldSelector),
                ]);
            }
            catch (KubernetesTooLargeException) when (pageSize > 1)
            {
                // The page may be too large although no single object is.
                pageSize = Math.Max(1, pageSize / 4);
                continue;
            }
            catch (KubernetesGoneException) when (next is not null && beginnings < MostBeginnings)
            {
                // Pages of two states do not make one: an object might be in neither of them.
                items.Clear();
                unreadable.Clear();
                next = null;
                beginnings++;
                options.OnPage?.Invoke();
                continue;
            }

            options.OnPage?.Invoke();
            items.AddRange(page.Items);
            unreadable.AddRange(page.Unreadable);
            next = page.Meta.Continue;
            if (string.IsNullOrEmpty(next))
            {
                return new KubernetesList<TEntity>(items, page.Meta.ResourceVersion, unreadable);
            }
        }
    }
}
