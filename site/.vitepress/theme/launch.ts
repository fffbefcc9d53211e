import { withBase } from 'vitepress'
import { defineComponent, h } from 'vue'

/** The picture of the launch, as `npm run launch` draws it. */
export default defineComponent({
  name: 'LaunchPicture',
  setup: () => () =>
    h('div', { class: 'launch' }, [
      h('img', {
        src: withBase('/launch.svg'),
        alt: 'The launch: ten times the traffic. Without the cache requests time out; with it all are answered, the slowest in a hundred in a fraction of a second',
      }),
    ]),
})
